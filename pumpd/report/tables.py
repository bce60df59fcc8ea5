"""Tables and text for a page, escaped.

Theory of operation. What a journal holds may have come from a network (facts/faults.md row 105), and HTML is obeyed by
browsers. So there is one way for text into the page: `plain`, which makes unprintable characters visible and escapes
the rest.
"""

from collections.abc import Collection, Iterable, Sequence
from html import escape


def plain(text: str) -> str:
    """Text as text, whatever is in it."""
    seen = "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)
    return escape(seen)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], numeric: Collection[int] = ()) -> str:
    """An HTML table; columns in `numeric` stand to the right."""

    def cell(tag: str, index: int, text: str) -> str:
        tone = ' class="n"' if index in numeric else ""
        return f"<{tag}{tone}>{plain(text)}</{tag}>"

    head = "".join(cell("th", index, text) for index, text in enumerate(heads))
    body = "".join(
        "<tr>" + "".join(cell("td", index, text) for index, text in enumerate(row)) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
