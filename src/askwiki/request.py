"""What is typed but is no question to the wiki: a greeting, a wish for a person, noise, steering."""

import re
from collections import Counter
from typing import Literal

from askwiki import text as zh

Request = Literal["search", "greeting", "thanks", "identity", "human", "noise", "steering"]

_BARE = re.compile(r"[\W_]+")

_GREETING = re.compile(
    r"(?:(?:(?:你|您|大家)好|(?:早上|上午|中午|下午|晚上)好|早安?|晚安|嗨+|哈[喽啰罗]|hi+|hello|hey|"
    r"在吗|在么|在不在|有人吗|有人在吗|喂+|打扰了?|打扰一下|请问(?:一下)?|亲)[啊呀吗哇哦呢]*)+"
)
_THANKS = re.compile(
    r"(?!(?:你|您|了|啦|啊|行)+$)(?:非常|太|多)*(?:谢谢|感谢|多谢|谢啦?|thanks?|thankyou|thx|辛苦|再见|拜拜|bye|回见|"
    r"好的?|嗯+|哦+|知道了|明白了?|收到|ok|没事了?|没有了|你|您|了|啦|啊|you|行)+"
)
_IDENTITY = re.compile(
    r"(?:请问)?(?:你|您)(?:到底)?(?:是谁|是什么|是机器人|叫什么(?:名字)?|是人|是真人|能做什么|能干什么|能干嘛|会什么|"
    r"会干嘛|有什么用|有什么功能|可以做什么|可以问什么|可以干什么|可以干嘛|能帮我(?:做|干)?(?:什么|啥)|"
    r"能回答(?:什么|哪些)(?:问题)?|能干啥|会啥|是ai|是真人还是ai)"
    r"(?:呢|啊|吗|的|呀|还是人|还是机器人|还是ai)*|(?:介绍|说说)一?下?你自己|whoareyou|whatcanyoudo"
)

# A wish for a person is what is left of such a message once its politeness is taken away.
_POLITE = re.compile(
    r"请|麻烦|呢|快点?|赶紧|马上|直接|立刻|现在|给我|帮我|我要|我想要?|想要|我|能不能|能否|能|可不可以|可以|需要|"
    r"你们?的?|一下|吗|吧|呢|啊|呀|了|谢谢|好不好|好吗|行吗|行不行|算|还是|"
    r"(?:不想|不要|别|不跟|别让|不愿意?)(?:跟|和|让|用|再)?(?:这个)?机器人?(?:说话|聊|回答|回复|说)?|听不懂你?(?:说的|说什么)?|这个?|太|机器人?(?:听不懂|没用|不行|答非所问|太笨)|算我求"
)
_PERSON = (
    r"(?:人工(?:客服|坐席|座席|服务|台)?|真人(?:客服)?|活人|客服(?:人员|小姐姐|专员|代表|经理|主管)?|工作人员|专员|"
    r"主管|经理|领导|负责人|坐席|座席|接线员|话务员|"
    r"技术人员|销售|老师|专人|顾问|小姐姐|懂行的|专业的人|同事|人)"
)
_HUMAN = re.compile(
    r"(?:不|有没有|有|怎么|别废话|废话少说)*(?:转接?|找|叫|换|要|接通?|喊|来|让|联系|呼叫|跟|和|与|派|安排|请求|申请|问)*(?:到|给|个|一个|位|一位|成)*"
    + _PERSON
    + r"+(?:来|过来|出来|跟|和|说话|说|聊聊?|打电话|回电话?|接听?|处理|服务|沟通|通话|对话|解决|在哪里?|在|电话(?:是?多少)?|帮忙?|回答|投诉|几点上班|上班|"
    r"介入|协助|对接|联系|回复|回|打过来|打|问问|问|说清楚|给)*"
)
_TITLES = {
    "坐席",
    "座席",
    "话务员",
    "接线员",
    "人",
    "经理",
    "主管",
    "领导",
    "专员",
    "负责人",
    "销售",
    "老师",
    "顾问",
    "同事",
    "专人",
}

# Words that ask but name nothing; what consists of them alone cannot be searched for.
_EMPTY = re.compile(
    r"那个?|这个?|就是|怎么|怎样|如何|然后|什么|啥|呢|吧|的|了|我|你|您|说|点|随便|一下|是|测试|吗|啊|哦|嗯|有|没|"
    r"为什么|多少|几|哪个?|哪里|谁|可以|能|要|想|问题?|请|下|样|回事|不|知道|东西|个|咋|就|都|在|test|blah|haha"
)

_OWN = (
    r"(?:提示词|系统提示|系统指令|初始指令|内部指令|指令|你的规则|设定|初始设定|源码|源代码|训练数据|知识库文件|"
    r"全部配置|内部(?:知识库|文件|资料|信息|文档)|第一条消息|版本号|prompt|api ?key)"
)
_STEERING = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # Setting the assistant's own orders aside; 取消长途限制 is a telecom question.
        r"(?:忽略|无视|忘掉|忘记|抛开|不要(?:管|理会|遵守)|不用(?:管|理会|遵守)|别管|跳过|绕过|覆盖|清空).{0,4}"
        r"(?:之前|以上|上述|上面|前面|先前|此前|所有|你的|一切|全部|系统|任何|规定).{0,8}"
        r"(?:指令|提示|规则|设定|限制|要求|约束|内容|对话|命令|话|prompt|了)(?!.{0,4}(?:攻击|怎么[防挡]))",
        # Its insides.
        r"(?:输出|打印(?!机)|显示|告诉我|说出|说说|复述|泄露|给我看|给我|重复|背出|公开|展示|发我|列出?|承认|核对|把).{0,12}"
        + _OWN,
        _OWN + r".{0,10}(?:打印|输出|列出来|发给我|发我|给我看|贴出来|告诉我|有哪些客户)",
        r"(?:告诉我|给我|说出|发我).{0,8}(?:管理员|后台|服务器|数据库).{0,6}(?:密码|账号)",
        r"数据库里.{0,16}(?:给我|发我|列)|你的训练数据|base64|承认你是|你是(?:chatgpt|gpt|哪家|什么模型)",
        # Another role, voice or mode.
        r"(?:请你?|你|现在|要求你)(?:来|先|必须)?(?:扮演|假装|装作|充当)|扮演一[个名位]|角色扮演|假装你|就当我有?是?",
        r"你现在是|从现在(?:开始|起)|现在起你|假设你是|你将是|你不再(?:是|受)|(?:开发者|越狱|无限制|调试)模式",
        r"用.{1,8}(?:的)?(?:口气|语气|口吻|腔调)(?:跟我|和我|来回答|回答我)|我是你的(?:开发|主人|管理|创造|老板)",
        # Saying what it is told to say, or writing to order.
        r"(?:只|直接|必须|你就)(?:能|准|许)?(?:回答|回复|说|输出)(?:“|：|\"|「|是|否|好的?$)",
        r"(?:请|跟我)(?:重复|复述|跟读|跟着)(?:说|这句|下面|以下|一遍)|重复说[：:]|先说一?句[“\"：:]|你就跟着说",
        r"^翻译|翻译(?:成|为|一下).{0,6}|把.{1,16}翻译|(?:帮我|给我|替我)?写一?[首篇封段个].{0,16}(?:诗|歌|作文|信|短信|故事|笑话|代码|程序|小说|脚本)",
        r"讲个?笑话|唱首歌|<\s*/?\s*(?:script|system|img|iframe)|\{\{|drop table|rm -rf",
        r"ignore.{0,30}(?:instruction|previous|above|prompt|rule)|disregard.{0,30}(?:instruction|previous|above|rule)",
        r"system ?prompt|hidden (?:rule|prompt|instruction)|jailbreak|developer mode|you are now|reveal your|"
        r"pretend (?:to be|you)|act as an?\b|forget (?:your|all|everything)|your (?:instruction|prompt|rule)s?|"
        r"translate (?:this|the)|repeat after me|say (?:exactly|only)",
    )
)


def request_of(text: str) -> Request:
    """What `text` wants; "search" for everything that may be a question to the wiki."""
    bare = _BARE.sub("", zh.normalise(text))
    if any(pattern.search(text) for pattern in _STEERING):
        return "steering"
    if _GREETING.fullmatch(bare):
        return "greeting"
    if _IDENTITY.fullmatch(bare):
        return "identity"
    if _THANKS.fullmatch(bare):
        return "thanks"
    if _wants_person(bare):
        return "human"
    return "noise" if _is_noise(bare) else "search"


def _wants_person(bare: str) -> bool:
    if len(bare) > 24 or bare in _TITLES:
        return False
    core = _POLITE.sub("", bare)
    return bool(_HUMAN.fullmatch(core)) and core not in _TITLES | {"有人", "没有人"}


def _is_noise(bare: str) -> bool:
    """Nothing to search for: too short, one character over and over, bare digits, empty words."""
    if len(bare) < 2 or not _EMPTY.sub("", bare):
        return True
    if bare.isdigit() and len(bare) > 6:
        return True
    most = Counter(bare).most_common(1)[0][1]
    halves = len(bare) >= 6 and len(set(bare)) <= 2
    return halves or (len(bare) >= 4 and most / len(bare) > 0.6)
