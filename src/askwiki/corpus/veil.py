"""Elements of HTML that no reader sees: by their name, by an attribute, by their style."""

import re

TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")

HIDDEN_TAGS = frozenset({"script", "style", "template", "head", "title", "svg", "textarea", "rp"})
"""Elements whose content nobody reads."""

_EMPTY_TAGS = frozenset(
    (
        *("area", "base", "br", "col", "embed", "hr", "img", "input"),
        *("link", "meta", "param", "source", "track", "wbr"),
    )
)
"""Elements that hold nothing, so nothing is hidden by them."""

_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_ATTRIBUTE = re.compile(r"\shidden(?=[\s=>/])", re.IGNORECASE)
_STYLE = re.compile(r"\sstyle\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
_NOT_DRAWN = re.compile(
    r"(?:display:none|visibility:(?:hidden|collapse)|opacity:0?\.?0*(?![.\d])|(?<![\w-])(?:font-size|width|height|max-height):0(?![.\d])|"
    r"(?:left|top|right|text-indent):-\d{3,})"
)
_WHITE = re.compile(r"(?<![\w-])color:(?:#f{3,8}\b|white\b|transparent\b)")


class Veil:
    """Follows the tags of a text; true while what stands between them is hidden."""

    def __init__(self) -> None:
        self._name, self._depth = "", 0
        self.by_style = False
        """Whether it is an attribute or the style of the element that hides it, not its name."""

    def __bool__(self) -> bool:
        return bool(self._name)

    def lift(self) -> None:
        """Hide nothing from here on."""
        self._name, self._depth, self.by_style = "", 0, False

    def read(self, tag: str) -> bool:
        """Take in a tag; whether it belongs to what is hidden."""
        match = TAG.match(tag)
        if match is None:
            return bool(self)
        closing, name = bool(match[1]), match[2].lower()
        if not self:
            return not closing and self._hides(tag, name)
        if name == self._name:
            self._depth += -1 if closing else 1
            if not self._depth:
                self.lift()
        return True

    def _hides(self, tag: str, name: str) -> bool:
        by_name = name in HIDDEN_TAGS and not tag.endswith("/>")
        self.by_style = not by_name and name not in _EMPTY_TAGS and _is_concealed(tag)
        if by_name or self.by_style:
            self._name, self._depth = name, 1
        return bool(self)


def _is_concealed(tag: str) -> bool:
    if _ATTRIBUTE.search(_QUOTED.sub('""', tag)):
        return True
    style = _STYLE.search(tag)
    if style is None:
        return False
    rules = re.sub(r"\s+|!important", "", "".join(filter(None, style.groups()))).lower()
    white = _WHITE.search(rules) and "background" not in rules
    return bool(white or _NOT_DRAWN.search(rules))
