"""Wiki page dumps; every page here was written for the tests, in the shapes crawls deliver."""

import re

import pytest

from askwiki.corpus.dump import is_dump, parse_dump
from askwiki.corpus.flat import topic
from askwiki.errors import CorpusError
from askwiki.schema import Article

IN = "\u00a0" * 7

ENTRY_PAGE = f"""位置:电话百科 > 专题索引 > d专题 > 专题详情
代答组怎样设置

代答组怎样设置

2026-03-05 09:15:00 火88人看过
基本释义
代答组的含义

{IN}代答组是把几部分机编在一起的功能,同组的人可以在自己的话机上接起同事正在响铃的来电。

{IN}适用的岗位

{IN}前台、售后和小型销售团队最常用,座位挨得近、职责相同的人适合编在一组。
详细释义
建组之前的准备

{IN}先列出每部分机的号码和使用人,再决定哪些分机互相代答,一部分机只放进一个组。

{IN}按键的取法

{IN}话机上按代答字冠即可接起,字冠由管理员设定,应当避开外线字冠和短号。

{IN}接不起来时,先看两部分机是否在同一组里。

最新文章

别的页面的标题

相关专题

彩铃多久生效
基本释义:

{IN}彩铃是来电者等候时听到的音乐或欢迎词,由平台在振铃阶段播放给对方。

{IN}生效时间

{IN}审核通过之后一般在一个工作日内生效,节假日会顺延,急用时可以先用系统自带的一段。

详细释义:

{IN}一、 录音文件的要求

{IN}录音采用单声道的八千赫兹文件,时长不超过四十秒,音量要平稳。

2026-03-01
火12人看过
彩铃多久生效
基本释义:

{IN}同名的另一篇文章也要留下来,它的编号不能和前一篇相同。

2026-02-27
火7人看过"""

ARTICLE_PAGE = f"""位置:电话百科\u00a0>\u00a0资讯中心\u00a0>\u00a0文章详情

来电排队是什么-有啥用

作者:电话百科
|
64人看过
发布时间:2026-02-11 10:03:51
来电排队是坐席全忙时让来电者留在线上等候的功能,平台按先来后到把电话分给空出来的坐席,等候时播放音乐和位置提示,减少直接挂断的来电。
来电排队是什么-有啥用

{IN}旺季时电话一多,没有排队功能的热线会直接播忙音,客户只好反复重拨。

来电排队是什么?它解决哪些难题?

{IN}它把忙音换成等候,客户知道前面还有几位,也可以选择留下号码等回拨。

{IN}其次,管理员能从报表里看到每个时段的等候人数,据此安排班次。

排队时长设多久合适

{IN}一般以两分钟为上限,超过后转到留言或值班手机。

推荐文章
相关文章
推荐URL
这是别的文章的摘要,讲的是传真怎样转成邮件,与本页没有关系,所以不应当出现在结果里,长度也足够像一段正文,并且还要更长一点才像真的摘要。
2026-02-11 10:02:55
339人看过
热门推荐
热门专题:"""

ORDINAL_PAGE = """办公电话怎么布线
作者:电话百科
|
40人看过
发布时间:2026-01-09 02:55:28
标签:办公电话布线
办公电话布线要先定点位,再定线缆,最后做标识,这三件事做好了,以后加座位、换话机都不必重新拉线,也不会影响别的部门通话。
很多公司搬家时才想起电话。那么布线要留意什么？下面一条一条说。
首先，最要紧的原则是点位从宽，线缆从优。每个座位至少留两个口,一个接话机,一个备用。 \
其次，机柜位置与散热是整层楼的中心问题。机柜靠近弱电井,门能全开。 \
第三，标识与图纸直接关系到以后每次检修的快慢。两端写同一个编号,图纸随时更新。 \
第四，防雷与接地。室外进来的线都要过保护单元。 \
总之，布线是一次投入、长期受益的工程。验收时逐口打一次电话,记录留档。
推荐文章
另一篇文章的摘要,说的是会议电话怎么收音,放在这里只是为了看它会不会混进来,所以也写得长一些。
2026-01-08 02:54:06
146人看过
.webp)
.webp)"""

RUN_IN_PAGE = """欢迎光临电话百科,一个讲电话的网站
传真转邮件的基本概念
传真转邮件是把收到的传真变成文件寄到邮箱的服务。它不需要传真机,也不会缺纸。 \
开通服务的目的 开通以后,外出的人也能收到传真,纸张和耗材的开支随之减少。 \
办理步骤总览 整个过程要准备资料、选择号码、绑定邮箱,一般当天就能用上。传真转邮件的日常用法
每份传真到达后,系统发出一封带附件的邮件。附件可以直接打印。 \
分步操作说明 按下面的次序操作即可： 第一步：准备资料 \
需要营业执照和经办人的证件,照片要清楚。 \
第二步：绑定邮箱 登录后台填写邮箱,点一次验证链接。 \
使用中的注意事项 邮箱空间要留够,过期附件请及时保存。
369人看过"""


def shown(article: Article) -> list[tuple[tuple[str, ...], str]]:
    return [(s.path, article.text[s.start : s.end]) for s in article.sections]


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("page", [ENTRY_PAGE, ARTICLE_PAGE, ORDINAL_PAGE, RUN_IN_PAGE])
def test_pages_are_dumps(page: str) -> None:
    assert is_dump(page)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "分机怎么拨\n\n摘机后直接拨三位分机号。\n",
        "位置:一楼机房\n\n钥匙在前台。\n",  # one such line is no page
        "相关文章\n\n标签：电话\n\n正文。\n",
    ],
)
def test_ordinary_text_is_no_dump(text: str) -> None:
    assert not is_dump(text)


def test_page_of_several_articles() -> None:
    main, second, third = parse_dump(ENTRY_PAGE, "pages/p1.txt")
    assert [a.id for a in (main, second, third)] == [
        "pages/p1#代答组怎样设置",
        "pages/p1#彩铃多久生效",
        "pages/p1#彩铃多久生效-2",
    ]
    assert [a.title for a in (main, second)] == ["代答组怎样设置", "彩铃多久生效"]
    assert [a.updated for a in (main, second, third)] == ["2026-03-05", "2026-03-01", "2026-02-27"]
    assert {a.source for a in (main, second, third)} == {"pages/p1.txt"}


def test_parts_and_headings_of_the_main_article() -> None:
    main = parse_dump(ENTRY_PAGE, "p1.txt")[0]
    assert main.text == (
        "基本释义\n\n代答组的含义\n\n"
        "代答组是把几部分机编在一起的功能,同组的人可以在自己的话机上接起同事正在响铃的来电。\n\n"
        "适用的岗位\n\n"
        "前台、售后和小型销售团队最常用,座位挨得近、职责相同的人适合编在一组。\n\n"
        "详细释义\n\n建组之前的准备\n\n"
        "先列出每部分机的号码和使用人,再决定哪些分机互相代答,一部分机只放进一个组。\n\n"
        "按键的取法\n\n"
        "话机上按代答字冠即可接起,字冠由管理员设定,应当避开外线字冠和短号。\n\n"
        "接不起来时,先看两部分机是否在同一组里。"
    )
    assert [path for path, _ in shown(main)] == [
        ("基本释义", "代答组的含义"),
        ("基本释义", "适用的岗位"),
        ("详细释义", "建组之前的准备"),
        ("详细释义", "按键的取法"),
    ]


def test_further_article_has_a_lead_in_its_part() -> None:
    second = parse_dump(ENTRY_PAGE, "p1.txt")[1]
    assert shown(second) == [
        (("基本释义",), "彩铃是来电者等候时听到的音乐或欢迎词,由平台在振铃阶段播放给对方。"),
        (
            ("基本释义", "生效时间"),
            "审核通过之后一般在一个工作日内生效,节假日会顺延,急用时可以先用系统自带的一段。",
        ),
        (
            ("详细释义", "一、 录音文件的要求"),
            "录音采用单声道的八千赫兹文件,时长不超过四十秒,音量要平稳。",
        ),
    ]


def test_page_of_one_article() -> None:
    (article,) = parse_dump(ARTICLE_PAGE, "p2.txt")
    assert (article.id, article.title, article.updated) == (
        "p2",
        "来电排队是什么-有啥用",
        "2026-02-11",
    )
    lead = (
        "来电排队是坐席全忙时让来电者留在线上等候的功能,平台按先来后到把电话分给空出来的坐席,"
        "等候时播放音乐和位置提示,减少直接挂断的来电。\n\n"
        "旺季时电话一多,没有排队功能的热线会直接播忙音,客户只好反复重拨。"
    )
    assert shown(article) == [
        ((), lead),
        (
            ("来电排队是什么?它解决哪些难题?",),
            "它把忙音换成等候,客户知道前面还有几位,也可以选择留下号码等回拨。\n\n"
            "其次,管理员能从报表里看到每个时段的等候人数,据此安排班次。",
        ),
        (("排队时长设多久合适",), "一般以两分钟为上限,超过后转到留言或值班手机。"),
    ]


def test_lost_breaks_with_ordinals() -> None:
    (article,) = parse_dump(ORDINAL_PAGE, "p3.txt")
    assert (article.title, article.updated) == ("办公电话怎么布线", "2026-01-09")
    first, *rest = shown(article)
    assert first[0] == ()
    assert first[1].endswith("那么布线要留意什么？下面一条一条说。")
    assert rest == [
        (
            ("点位从宽，线缆从优",),
            "首先，最要紧的原则是点位从宽，线缆从优。每个座位至少留两个口,一个接话机,一个备用。",
        ),
        (
            ("机柜位置与散热",),
            "其次，机柜位置与散热是整层楼的中心问题。机柜靠近弱电井,门能全开。",
        ),
        (
            ("标识与图纸",),
            "第三，标识与图纸直接关系到以后每次检修的快慢。两端写同一个编号,图纸随时更新。",
        ),
        (("防雷与接地",), "第四，防雷与接地。室外进来的线都要过保护单元。"),
        ((), "总之，布线是一次投入、长期受益的工程。验收时逐口打一次电话,记录留档。"),
    ]


def test_lost_breaks_with_run_in_headings_and_steps() -> None:
    (article,) = parse_dump(RUN_IN_PAGE, "p4.txt")
    assert (article.title, article.updated) == ("传真转邮件的基本概念", None)
    assert shown(article) == [
        (
            ("传真转邮件的基本概念",),
            "传真转邮件是把收到的传真变成文件寄到邮箱的服务。它不需要传真机,也不会缺纸。",
        ),
        (
            ("开通服务的目的",),
            "开通以后,外出的人也能收到传真,纸张和耗材的开支随之减少。",
        ),
        (
            ("办理步骤总览",),
            "整个过程要准备资料、选择号码、绑定邮箱,一般当天就能用上。",
        ),
        (
            ("传真转邮件的日常用法",),
            "每份传真到达后,系统发出一封带附件的邮件。附件可以直接打印。",
        ),
        (("分步操作说明",), "按下面的次序操作即可："),
        (
            ("分步操作说明", "第一步：准备资料"),
            "需要营业执照和经办人的证件,照片要清楚。",
        ),
        (("分步操作说明", "第二步：绑定邮箱"), "登录后台填写邮箱,点一次验证链接。"),
        (("使用中的注意事项",), "邮箱空间要留够,过期附件请及时保存。"),
    ]


@pytest.mark.parametrize("page", [ORDINAL_PAGE, RUN_IN_PAGE])
def test_lost_breaks_cost_no_word(page: str) -> None:
    """Second witness: the text is one stretch of the page, spaces aside."""
    (article,) = parse_dump(page, "p.txt")
    assert squeezed(article.text) in squeezed(page)


def test_in_sentence_headings_are_words_of_their_sections() -> None:
    (article,) = parse_dump(ORDINAL_PAGE, "p3.txt")
    named = [(path[0], text) for path, text in shown(article) if path]
    assert len(named) == 4
    assert all(phrase in text for phrase, text in named)


def test_ordinals_need_a_row_of_three() -> None:
    page = (
        "企业彩铃\n12人看过\n发布时间:2026-01-01\n"
        "首先，选曲目是第一件事,曲目要有授权。 其次，上传以后等待审核,通常一天之内有结果。"
    )
    (article,) = parse_dump(page, "p.txt")
    assert [section.path for section in article.sections] == [()]


def test_run_on_ordinals_without_spaces() -> None:
    filler = "这一句只是把段落写长,好让它看上去像一整页丢了换行的正文。" * 9
    page = (
        "机房要求\n12人看过\n发布时间:2026-01-01\n"
        f"首先，温度与湿度是底线。{filler}其次，供电保障。{filler}第三，门禁管理。{filler}"
    )
    (article,) = parse_dump(page, "p.txt")
    assert [section.path for section in article.sections] == [
        ("温度与湿度",),
        ("供电保障",),
        ("门禁管理",),
    ]


def test_lines_of_a_list_are_no_headings() -> None:
    page = (
        "办理资料\n12人看过\n发布时间:2026-01-01\n"
        "办理固定电话要带齐下面这几样东西,缺一样都要再跑一趟,所以出门以前请对照清单看一遍,复印件也要盖章,日期写当天。\n"
        "营业执照\n经办人证件\n授权委托书\n以上资料都要加盖公章,复印件要清楚。\n"
    )
    (article,) = parse_dump(page, "p.txt")
    assert [section.path for section in article.sections] == [()]
    assert "营业执照\n\n经办人证件\n\n授权委托书" in article.text


def test_spaced_latin_words_are_no_headings() -> None:
    page = (
        "话机选型\n12人看过\n发布时间:2026-01-01\n"
        "选型先看接口。 建议采用 IP 话机,它用 SIP 协议注册。 预算少时可以用 ATA 网关接旧话机。"
    )
    (article,) = parse_dump(page, "p.txt")
    assert article.text == (
        "选型先看接口。 建议采用 IP 话机,它用 SIP 协议注册。 预算少时可以用 ATA 网关接旧话机。"
    )


@pytest.mark.parametrize(
    ("sentence", "phrase"),
    [
        ("首先，最基本的要求是接得通。后文。", "接得通"),
        ("第三，可靠与安全是不能退让的。", "可靠与安全"),
        ("第十二，号码保留。", "号码保留"),
        ("第五，值班安排与交接必须写进每个人的岗位说明。", "值班安排与交接"),
        ("第二，对小公司来说，月租便宜是首要考虑。", "月租便宜"),
    ],
)
def test_topic(sentence: str, phrase: str) -> None:
    assert topic(sentence) == phrase


def test_windows_breaks_and_ideographic_indents() -> None:
    page = ARTICLE_PAGE.replace("\u00a0" * 7, "\u3000\u3000").replace("\n", "\r\n")
    assert parse_dump(page, "p2.txt") == parse_dump(ARTICLE_PAGE, "p2.txt")


def test_page_of_furniture_only() -> None:
    with pytest.raises(CorpusError, match="holds no text once cleaned"):
        parse_dump("位置:百科 > 首页 > 详情\n12人看过\n热门推荐\n", "p.txt")
