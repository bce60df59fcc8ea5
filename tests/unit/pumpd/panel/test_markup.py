"""Words are escaped, markup is not, and the two are told apart."""

from pumpd.panel.markup import EMPTY, Markup, join, tag


def test_words_are_shown_and_never_obeyed() -> None:
    assert tag("p", "<b>", title='a"b') == '<p title="a&quot;b">&lt;b&gt;</p>'
    assert tag("p", tag("b", "x")) == "<p><b>x</b></p>"
    assert join(("<", Markup("<"))) == "&lt;<"
    assert EMPTY == ""


def test_attributes_may_be_bare_absent_or_named_like_words_of_the_language() -> None:
    assert (
        tag("input", for_="a", data_x=True, hidden=False, lang=None, name="n")
        == '<input for="a" data-x name="n">'
    )
