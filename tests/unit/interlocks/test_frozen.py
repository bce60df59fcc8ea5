"""Quickly made values are the values that `dataclasses` makes: equal, frozen, printed and hashed alike."""

import dataclasses
import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from interlocks.evaluate import Evaluation
from interlocks.frozen import computed, quick, twin_of
from interlocks.state import RuleState, Tally
from interlocks.vocabulary import Course, Finding, Flow, Sample, Stamp

QUICK = (Stamp, Sample, Flow, Course, Finding, RuleState, Tally, Evaluation)


def _plain(kind: type) -> Callable[..., Any]:
    """The same fields, made by the standard library alone."""
    rows: list[Any] = []
    for one in dataclasses.fields(kind):
        if one.default is not dataclasses.MISSING:
            rows.append((one.name, one.type, field(default=one.default)))
        elif one.default_factory is not dataclasses.MISSING:
            rows.append((one.name, one.type, field(default_factory=one.default_factory)))
        else:
            rows.append((one.name, one.type))
    return dataclasses.make_dataclass(kind.__name__, rows, frozen=True, slots=True)


@pytest.mark.parametrize("kind", QUICK)
def test_each_field_holds_what_the_standard_library_would_put_there(kind: type) -> None:
    plain, names = _plain(kind), [one.name for one in dataclasses.fields(kind)]
    wanted = [name for name, one in inspect.signature(plain).parameters.items() if one.default is one.empty]
    for some in (names, wanted):
        values = {name: f"<{name}>" for name in some}
        made, expected = kind(**values), plain(**values)
        assert type(made) is kind
        assert [getattr(made, name) for name in names] == [getattr(expected, name) for name in names]
        assert repr(made) == repr(expected)
        assert hash(made) == hash(expected)
        assert made == kind(*values.values())


@pytest.mark.parametrize("kind", QUICK)
def test_no_field_can_be_set_once_it_is_made(kind: type) -> None:
    made = kind(*range(len(dataclasses.fields(kind))))
    for one in dataclasses.fields(kind):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(made, one.name, 0)
        with pytest.raises(dataclasses.FrozenInstanceError):
            delattr(made, one.name)


def test_a_missing_or_unknown_field_is_refused_by_name() -> None:
    with pytest.raises(
        TypeError, match=r"Stamp.__init__\(\) missing 1 required positional argument: 'link_ms'"
    ):
        Stamp(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="link_s"):
        Stamp(ms=1, link_s=2)  # type: ignore[call-arg]


def test_a_default_that_is_made_is_made_for_each_value() -> None:
    @quick
    @dataclass(frozen=True, slots=True)
    class Kept:
        names: list[str] = field(default_factory=list)

    one, other = Kept(), Kept()
    assert one.names == []
    assert one.names is not other.names
    assert Kept(names=one.names).names is one.names


def test_a_field_may_have_any_name() -> None:
    """A journal's record has a `kind`."""

    @quick
    @dataclass(frozen=True, slots=True)
    class Named:
        kind: str
        twin: int
        thaw: str = "ice"
        unset: tuple[str, ...] = field(default_factory=lambda: ("a",))
        make_unset: int = 5
        default_thaw: int = 6

    made = Named("decision", 2)
    assert type(made) is Named
    assert dataclasses.astuple(made) == ("decision", 2, "ice", ("a",), 5, 6)


def test_what_is_computed_follows_the_fields_and_is_neither_given_nor_compared_nor_shown() -> None:
    @quick
    @dataclass(frozen=True, slots=True)
    class Span:
        low: int
        high: int = 9
        width: int = computed(lambda one: one.high - one.low)

    assert (Span(2).width, Span(2, 5).width) == (7, 3)
    assert dataclasses.replace(Span(2), low=4) == Span(4)
    assert dataclasses.replace(Span(2), low=4).width == 5
    assert "width" not in repr(Span(2))
    with pytest.raises(TypeError, match="width"):
        Span(2, width=1)  # type: ignore[call-arg]
    with pytest.raises(dataclasses.FrozenInstanceError):
        Span(2).width = 1  # type: ignore[misc]


@dataclass(frozen=True, slots=True)
class Checked:
    """Looks at itself when it is made."""

    share: int = 0

    def __post_init__(self) -> None:
        if self.share > 100:
            raise ValueError("above 100")


@dataclass(frozen=True)
class Loose:
    """Without slots."""

    share: int = 0


@dataclass(frozen=True, slots=True)
class Derived(Stamp):
    """With a base whose guard would stay in force."""

    share: int = 0


@pytest.mark.parametrize("kind", [Checked, Loose, Derived])
def test_a_class_whose_checks_or_fields_would_be_passed_by_is_refused(kind: type) -> None:
    with pytest.raises(TypeError, match=f"{kind.__name__}: only a dataclass"):
        twin_of(kind)


def test_fields_by_keyword_only_are_refused() -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Named:
        share: int

    with pytest.raises(TypeError, match="by keyword only"):
        quick(Named)
