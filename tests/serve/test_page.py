"""The chat page as a reader meets it, in a real browser."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from askwiki.serve.wording import EN, ZH

if TYPE_CHECKING:
    from conftest import Reader, Site, Start

WHO_PAYS = "400电话的话费由谁付？"


def test_an_answer_leads_to_its_source_and_on_to_the_article(reader: Reader, site: Site) -> None:
    cited = site.wiki.ask(WHO_PAYS).citations[0]
    page = reader.open(site.url)
    reader.ask(WHO_PAYS)
    page.click(".aw-marker >> nth=0")
    expect(page.locator("#aw-source mark")).to_have_text(cited.quote)
    expect(page.locator("#aw-source h3")).to_have_text("400电话的计费")
    expect(page.locator("#aw-source .aw-path")).to_have_text("400电话的话费由谁付")
    expect(page.locator("#aw-tab-source")).to_have_attribute("aria-selected", "true")
    page.click("#aw-source [data-event=article]")
    expect(page.locator("#aw-article h2")).to_have_text("400电话的计费")
    expect(page.locator("#aw-article mark")).to_have_text(cited.quote)
    expect(page.locator("#aw-article mark")).to_be_in_viewport()


def test_the_whole_answer_is_shown_with_a_button_a_citation(reader: Reader, site: Site) -> None:
    answer = site.wiki.ask(WHO_PAYS)
    page = reader.open(site.url)
    reader.ask(WHO_PAYS)
    shown = page.locator(".aw-text").inner_text()
    for sentence in answer.sentences:
        assert sentence.text in shown
    markers = page.locator(".aw-text button.aw-marker").all_inner_texts()
    assert markers == [str(n) for s in answer.sentences for n in s.citations]


def test_an_example_is_asked_by_a_click(reader: Reader, site: Site) -> None:
    page = reader.open(site.url)
    example = page.locator(".aw-chip >> nth=0").inner_text()
    assert example in site.wiki.examples()
    page.click(".aw-chip >> nth=0")
    expect(page.locator(".aw-question")).to_contain_text(example)
    expect(page.locator(".aw-tools")).to_be_visible()
    expect(page.locator(".aw-welcome")).to_have_count(0)


def test_a_second_question_stands_below_the_first(reader: Reader, site: Site) -> None:
    page = reader.open(site.url)
    reader.ask(WHO_PAYS)
    reader.ask("企业总机怎么转接分机？")
    asked = page.locator(".aw-question > span:last-child").all_inner_texts()
    assert asked == [WHO_PAYS, "企业总机怎么转接分机？"]
    page.click("[data-event=fresh]")
    expect(page.locator(".aw-welcome")).to_be_visible()
    expect(page.locator(".aw-exchange")).to_have_count(0)


def test_a_question_sent_while_an_answer_is_being_written_comes_next(
    reader: Reader, site: Site
) -> None:
    page = reader.open(site.url)
    page.evaluate(
        """question => {
            const box = document.querySelector("#aw-box textarea");
            const observer = new MutationObserver(() => {
                if (!document.querySelector(".aw-exchange")) return;
                observer.disconnect();
                box.value = question;
                box.dispatchEvent(new Event("input", { bubbles: true }));
                const enter = { key: "Enter", bubbles: true, cancelable: true };
                for (const kind of ["keydown", "keypress"])
                    box.dispatchEvent(new KeyboardEvent(kind, enter));
            });
            observer.observe(document.body, { childList: true, subtree: true });
        }""",
        "企业总机怎么转接分机？",
    )
    reader.ask(WHO_PAYS)
    expect(page.locator(".aw-tools")).to_have_count(2)
    asked = page.locator(".aw-question > span:last-child").all_inner_texts()
    assert asked == [WHO_PAYS, "企业总机怎么转接分机？"]


def test_a_question_that_cannot_be_asked_is_refused_in_a_sentence(
    reader: Reader, site: Site
) -> None:
    page = reader.open(site.url)
    page.fill("#aw-box textarea", "  ")
    page.click("#aw-send")
    expect(page.locator("#aw-notice")).to_have_text("请先输入问题。")
    page.fill("#aw-box textarea", "长" * 101)
    page.click("#aw-send")
    expect(page.locator("#aw-notice")).to_have_text(
        "问题有 101 个字，最多 100 个字，请精简后再问。"
    )
    expect(page.locator("#aw-box textarea")).to_have_value("长" * 101)
    expect(page.locator(".aw-exchange")).to_have_count(0)


def test_enter_that_ends_an_input_method_does_not_send(reader: Reader, site: Site) -> None:
    page = reader.open(site.url)
    page.fill("#aw-box textarea", "400dianhua")
    page.eval_on_selector(
        "#aw-box textarea",
        """box => { for (const kind of ["keydown", "keypress"]) box.dispatchEvent(
            new KeyboardEvent(kind, {key: "Enter", isComposing: true, bubbles: true})) }""",
    )
    page.press("#aw-box textarea", "Shift+Enter")
    page.wait_for_timeout(300)
    expect(page.locator(".aw-exchange")).to_have_count(0)
    expect(page.locator("#aw-box textarea")).to_have_value("400dianhua\n")


@pytest.mark.parametrize("question", ["语音留言的链接怎么写？", "语音留言的脚本写作什么？"])
def test_markup_in_an_article_stays_text(reader: Reader, site: Site, question: str) -> None:
    page = reader.open(site.url)
    reader.ask(question)
    page.click(".aw-marker >> nth=0")
    page.click("#aw-source [data-event=article]")
    article = page.locator("#aw-article")
    expect(article.locator("h2")).to_have_text("标签 测试 & 留言")
    for written in ("<script>window.pwned = 1</script>", "$x^2$", "javascript:window.pwned=1"):
        expect(article).to_contain_text(written)
    assert page.locator("#aw-main :is(img, script, b, .katex, a)").count() == 0
    assert page.evaluate("window.pwned") is None


def test_markup_in_a_question_stays_text(reader: Reader, site: Site) -> None:
    question = '<img src=x onerror="window.pwned=1"> **400电话** ${7*7} {{7}}'
    page = reader.open(site.url)
    reader.ask(question)
    expect(page.locator(".aw-question > span:last-child")).to_have_text(question)
    assert page.locator("#aw-main img").count() == 0
    assert page.evaluate("window.pwned") is None


def test_the_menu_has_three_levels_and_a_place_for_the_rest(reader: Reader, site: Site) -> None:
    page = reader.open(site.url)
    top = page.locator(".aw-topics > ul > li > details > summary > span").all_inner_texts()
    assert top == ["号码", "总机", "其他"]
    for name in ("号码", "400电话", "费用"):
        page.click(f".aw-topics summary:has(span:text-is('{name}'))")
    page.click(".aw-leaf:text-is('400电话的计费')")
    expect(page.locator("#aw-article h2")).to_have_text("400电话的计费")
    expect(page.locator("#aw-article .aw-facts")).to_have_text("更新于 2026-01-05")
    expect(page.locator("#aw-article mark")).to_have_count(0)


def test_the_language_of_everything_can_be_switched(reader: Reader, site: Site) -> None:
    page = reader.open(site.url)
    reader.ask(WHO_PAYS)
    for words, other in ((ZH, EN), (EN, ZH)):
        expect(page.locator(".aw-brand h1")).to_have_text(words.title)
        expect(page.locator("html")).to_have_attribute("lang", words.code)
        expect(page.locator(".aw-person")).to_have_text(words.person)
        expect(page.locator("#aw-send")).to_have_text(words.ask)
        expect(page.locator("[role=tab]")).to_have_text(list(words.tabs))
        expect(page.locator("#aw-box textarea")).to_have_attribute("placeholder", words.placeholder)
        expect(page.locator(".aw-tools [data-do=copy]")).to_have_text(words.copy)
        page.click("[data-event=language]")
        expect(page.locator(".aw-brand h1")).to_have_text(other.title)
    page.click("[data-event=language]")
    expect(page.locator(".aw-brand h1")).to_have_text(EN.title)
    reader.ask("啊啊啊啊啊啊")
    expect(page.locator("#aw-now .aw-text")).to_contain_text("I did not understand the question.")


def test_a_thumb_down_with_its_reason_is_kept(reader: Reader, site: Site) -> None:
    page = reader.open(site.url)
    reader.ask(WHO_PAYS)
    before = len(site.records())
    page.click("[aria-label=没用]")
    page.click(".aw-reasons label:has-text('不完整')")
    page.fill(".aw-more", "没说漫游")
    page.click(".aw-why .aw-primary")
    expect(page.locator(".aw-thanks")).to_have_text("已记录，谢谢，我们会改进")
    answer = site.wiki.ask(WHO_PAYS)
    record = site.records()[before:]
    assert len(record) == 1
    assert record[0].pop("time")
    assert record[0] == {
        "question": WHO_PAYS,
        "answer": answer.text,
        "status": "answered",
        "citations": [
            {"article": c.article_id, "start": c.start, "end": c.end} for c in answer.citations
        ],
        "verdict": "down",
        "reason": "不完整：没说漫游",
        "language": "zh",
    }


def test_a_thumb_up_is_kept_once(reader: Reader, site: Site) -> None:
    page = reader.open(site.url)
    reader.ask(WHO_PAYS)
    before = len(site.records())
    page.click("[aria-label=有用]")
    expect(page.locator(".aw-thanks")).to_have_text("已记录，谢谢")
    expect(page.locator("[data-event=rate]")).to_have_count(0)
    assert [r["verdict"] for r in site.records()[before:]] == ["up"]


def test_a_person_can_be_reached(reader: Reader, site: Site) -> None:
    page = reader.open(site.url)
    page.click(".aw-person")
    card = page.locator("#aw-contact")
    expect(card).to_be_visible()
    expect(card.locator("a")).to_have_attribute("href", "tel:4008001234")
    expect(card).to_contain_text("工作日 9:00—18:00")
    page.keyboard.press("Escape")
    expect(card).not_to_be_visible()
    reader.ask("我要转人工")
    expect(page.locator("#aw-now .aw-text")).to_contain_text("电话 400-800-1234")


def test_an_answer_can_be_copied(reader: Reader, site: Site) -> None:
    reader.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = reader.open(site.url)
    reader.ask(WHO_PAYS)
    page.click("[data-do=copy]")
    expect(page.locator("[data-do=copy]")).to_have_text("已复制")
    answer = site.wiki.ask(WHO_PAYS)
    sources = [f"[{c.number}] 《400电话的计费》 › 400电话的话费由谁付" for c in answer.citations]
    assert page.evaluate("navigator.clipboard.readText()") == "\n".join(
        [answer.text, "", "出处：", *sources]
    )


def test_on_a_phone_the_side_is_a_sheet(reader: Reader, site: Site) -> None:
    reader.page.set_viewport_size({"width": 390, "height": 844})
    page = reader.open(site.url)
    reader.ask(WHO_PAYS)
    expect(page.locator("#aw-side")).not_to_be_visible()
    page.click(".aw-marker >> nth=0")
    expect(page.locator("#aw-source mark")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    for name in ("#aw-log", "#aw-source"):
        assert page.eval_on_selector(name, "e => e.scrollWidth <= e.clientWidth")
    page.keyboard.press("Escape")
    expect(page.locator("#aw-side")).not_to_be_visible()
    expect(page.locator(".aw-marker >> nth=0")).to_be_focused()
    for button in (".aw-person", "#aw-send", "[data-event=fresh]", "[data-tab=topics] >> nth=0"):
        expect(page.locator(button)).to_be_in_viewport(ratio=1)


def test_a_keyboard_is_enough(reader: Reader, site: Site) -> None:
    page = reader.open(site.url)
    reader.ask(WHO_PAYS)
    page.focus(".aw-marker >> nth=0")
    page.keyboard.press("Enter")
    expect(page.locator("#aw-source mark")).to_be_visible()
    page.focus("#aw-tab-source")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#aw-tab-article")).to_be_focused()
    expect(page.locator("#aw-article")).to_be_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_in_both_themes(reader: Reader, site: Site, theme: str) -> None:
    page = reader.open(f"{site.url}/?__theme={theme}")
    reader.ask(WHO_PAYS)
    page.click(".aw-marker >> nth=0")
    page.wait_for_selector("#aw-source mark")
    page.mouse.move(0, 0)
    for selector in (".aw-text", ".aw-facts", ".aw-marker", ".aw-question span >> nth=1", "mark"):
        assert page.locator(selector).first.evaluate(_CONTRAST) >= 4.5, selector
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(22, 25, 29)"
    assert dark == (theme == "dark")


_CONTRAST = """element => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element;
  const fill = e => getComputedStyle(e).backgroundColor;
  while (fill(behind) === "rgba(0, 0, 0, 0)") behind = behind.parentElement;
  const [a, b] = [light(getComputedStyle(element).color), light(fill(behind))];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}"""


def test_readers_do_not_see_each_other(new_reader: Callable[[], Reader], site: Site) -> None:
    one, other = new_reader(), new_reader()
    one.open(site.url)
    one.ask(WHO_PAYS)
    other.open(site.url)
    other.ask("企业总机怎么转接分机？")
    expect(other.page.locator(".aw-exchange")).to_have_count(1)
    expect(one.page.locator(".aw-exchange")).to_have_count(1)
    other.page.click(".aw-marker >> nth=0")
    expect(other.page.locator("#aw-source h3")).to_have_text("企业总机")


def test_a_lost_connection_is_said_in_a_sentence(
    reader: Reader, start: Start, small_corpus: Path, tmp_path: Path
) -> None:
    server = start("--corpus", str(small_corpus), "--index", str(tmp_path / "index"))
    page = reader.open(server.address())
    assert server.stop() == (0, "")
    page.fill("#aw-box textarea", WHO_PAYS)
    page.press("#aw-box textarea", "Enter")
    expect(page.locator(".aw-trouble")).to_have_text(ZH.trouble)
    expect(page.locator(".toast-wrap")).not_to_be_visible()
    reader.errors.clear()  # the browser's own: the connection was refused


def test_nothing_but_the_page_is_open(site: Site) -> None:
    with urllib.request.urlopen(f"{site.url}/gradio_api/info") as response:
        assert b'"named_endpoints":{}' in response.read()
        assert "default-src 'self'" in response.headers["content-security-policy"]
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(f"{site.url}/gradio_api/upload", data=b"x")
    assert refused.value.code == 404
    refused.value.close()


# --- the articles that ship with the package ---------------------------------------------------


def test_the_shipped_articles_answer(reader: Reader, shipped: Site) -> None:
    question = "打400电话客户要付钱吗？"
    cited = shipped.wiki.ask(question).citations[0]
    page = reader.open(shipped.url)
    reader.ask(question)
    page.click(".aw-marker >> nth=0")
    expect(page.locator("#aw-source mark")).to_have_text(cited.quote)
    page.click("#aw-source [data-event=article]")
    expect(page.locator("#aw-article h2")).to_have_text(cited.title)
    expect(page.locator("#aw-article mark >> nth=0")).to_be_in_viewport()


def test_the_shipped_articles_do_not_cook(reader: Reader, shipped: Site) -> None:
    page = reader.open(shipped.url)
    reader.ask("红烧肉怎么做？")
    expect(page.locator(".aw-exchange")).to_have_attribute("data-status", "abstained")
    expect(page.locator(".aw-text")).to_contain_text("400-800-1234")
    expect(page.locator(".aw-marker")).to_have_count(0)
