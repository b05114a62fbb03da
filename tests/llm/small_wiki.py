"""The article that the models of these tests write from, and what they are asked."""

from collections.abc import Callable

from askwiki import AskWiki

ARTICLE = """---
title: 400电话的计费
topic: 400电话 / 费用
---

400电话是主叫与被叫分摊话费的号码。

## 400电话的话费由谁付

客户拨打400电话只付本地通话费。长途部分由申请400电话的企业承担。漫游时按客户自己的套餐计费。

## 400电话怎么充值

充值按以下步骤操作：

1. 登录服务商的网页。
2. 选择要充值的400号码。
3. 付款后等待到账。
"""
QUESTION = "400电话的话费由谁付？"

DEADLINE_S = 2.0
"""For one question to a model that fails; the suite is to stay quick."""

SHORT = {"llm_deadline_s": DEADLINE_S, "llm_first_token_s": 1.0}

OpenWiki = Callable[..., AskWiki]
"""`open_wiki(url)`: the small wiki with a model at that address; else with the given settings."""
