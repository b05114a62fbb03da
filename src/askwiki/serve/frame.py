"""The parts of the page around conversation and articles -> HTML. Pure functions."""

from html import escape

from askwiki.serve.reader import link
from askwiki.serve.render import button
from askwiki.serve.wording import Words
from askwiki.settings import Settings


def header(words: Words, settings: Settings) -> str:
    """Name, actions, and the card with ways to reach a person."""
    actions = (
        button(words.panel, kind="action aw-phone-only", do="tab", tab="topics")
        + button(words.fresh, kind="action", event="fresh")
        + f'<button type="button" class="aw-action aw-person" popovertarget="aw-contact">'
        f"{words.person}</button>"
        + button(words.other_language, kind="action", name=words.switch_language, event="language")
    )
    return (
        f'<header class="aw-header" data-lang="{words.code}" data-title="{words.title}" '
        f'data-trouble="{words.trouble}">'
        f'<div class="aw-brand"><h1>{words.title}</h1><p>{words.tagline}</p></div>'
        f'<div class="aw-actions">{actions}</div></header>{contact_card(words, settings)}'
    )


def contact_card(words: Words, settings: Settings) -> str:
    """Phone, link and hours as far as they are set; says so where none is."""
    rows = []
    if settings.contact_phone:
        number = "".join(c for c in settings.contact_phone if c.isdigit() or c in "+*#")
        rows.append((words.phone, f'<a href="tel:{number}">{escape(settings.contact_phone)}</a>'))
    if settings.contact_url:
        rows.append((words.online, link(settings.contact_url, settings.contact_url)))
    body = f"<p>{words.no_contact}</p>"
    if rows:
        if settings.contact_hours:
            rows.append((words.hours, escape(settings.contact_hours)))
        body = f"<dl>{''.join(f'<div><dt>{k}</dt><dd>{v}</dd></div>' for k, v in rows)}</dl>"
    return (
        f'<div id="aw-contact" popover role="dialog" aria-label="{words.person_title}">'
        f"<h2>{words.person_title}</h2>{body}"
        f'<button type="button" class="aw-primary" popovertarget="aw-contact" '
        f'popovertargetaction="hide">{words.close}</button></div>'
    )


def tabs(words: Words) -> str:
    """The three tabs of the side; which one is open is known in the browser alone."""
    names = zip(("topics", "source", "article"), words.tabs, strict=True)
    items = "".join(
        f'<button type="button" role="tab" id="aw-tab-{tab}" aria-controls="aw-{tab}" '
        f'data-do="tab" data-tab="{tab}">{name}</button>'
        for tab, name in names
    )
    return (
        f'<div class="aw-tabs"><div role="tablist" aria-label="{words.side}">{items}</div>'
        + button("×", kind="close aw-phone-only", name=words.close, do="close")
        + "</div>"
    )


def hint(text: str) -> str:
    """What a panel shows while it is empty."""
    return f'<p class="aw-hint">{text}</p>'


def notice(text: str) -> str:
    """One line above the question box; empty for nothing."""
    return f'<p class="aw-alert" role="alert">{escape(text)}</p>' if text else ""
