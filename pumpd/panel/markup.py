"""HTML from parts, escaped where it comes from outside.

Theory of operation. Two kinds of text must never be mistaken for one another: markup, written in this package, and
words, which come from a daemon, a person or a table. Markup has a type of its own; `tag` escapes every word that is
not of it, so a name with a `<` in it is shown and never obeyed. There is no template language: a page is functions.
"""

from collections.abc import Iterable
from html import escape

_VOID = frozenset({"input", "meta", "link", "br"})


class Markup(str):
    """Text that is HTML already: made here, or by a renderer of ours."""

    __slots__ = ()


EMPTY = Markup()


def tag(name: str, /, *inside: str, **attributes: object) -> Markup:
    """An element.

    Args:
        name: of the element.
        inside: words, which are escaped, or markup, which is not.
        attributes: `for_` is "for", underscores become dashes; True is a bare attribute, None and False are none.
    """
    parts = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        attribute = key.rstrip("_").replace("_", "-")
        parts.append(f" {attribute}" if value is True else f' {attribute}="{escape(str(value))}"')
    end = "" if name in _VOID else f"{join(inside)}</{name}>"
    return Markup(f"<{name}{''.join(parts)}>{end}")


def join(parts: Iterable[str]) -> Markup:
    """One after the other, words escaped."""
    return Markup("".join(one if isinstance(one, Markup) else escape(one) for one in parts))


def filled(template: str, **parts: str) -> Markup:
    """Words with blanks, both escaped; a part that is markup is not."""
    return Markup(escape(template).format_map({key: join((part,)) for key, part in parts.items()}))
