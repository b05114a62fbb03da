"""The parts around the conversation."""

from askwiki.serve.frame import contact_card, notice
from askwiki.serve.wording import EN, ZH
from askwiki.settings import Settings


def test_the_card_shows_what_is_set() -> None:
    settings = Settings.load(
        contact_phone="(010) 8000-1234", contact_url="https://e.cn/k", contact_hours="9—18 点 <b>"
    )
    card = contact_card(ZH, settings)
    assert '<dd><a href="tel:01080001234">(010) 8000-1234</a></dd>' in card
    assert 'href="https://e.cn/k"' in card
    assert "<dd>9—18 点 &lt;b&gt;</dd>" in card


def test_the_card_says_plainly_that_nobody_set_it_up() -> None:
    settings = Settings.load(contact_hours="9—18 点")
    assert "<p>本站尚未设置人工服务的联系方式，请联系网站管理员。</p>" in contact_card(ZH, settings)
    assert "<p>No contact has been set up for this site." in contact_card(EN, settings)


def test_a_contact_address_that_is_no_web_address_is_no_link() -> None:
    card = contact_card(ZH, Settings.load(contact_url="javascript:alert(1)"))
    assert "<dd>javascript:alert(1)</dd>" in card


def test_a_notice_is_text() -> None:
    assert notice("<b>") == '<p class="aw-alert" role="alert">&lt;b&gt;</p>'
    assert notice("") == ""
