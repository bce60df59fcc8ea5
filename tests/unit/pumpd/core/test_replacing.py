"""The quick `replace`: the outcome of `dataclasses.replace`, for every class that a decision makes anew."""

import dataclasses
from dataclasses import dataclass, fields

import pytest

from interlocks.picture import Picture
from pumpd.core.account import Account
from pumpd.core.replacing import replace
from pumpd.core.session import Session
from pumpd.core.state import ChannelState, Delivery, Feed


@pytest.mark.parametrize("kind", [ChannelState, Delivery, Session, Account, Feed, Picture])
def test_each_field_alone_is_changed_as_by_the_standard_library(kind: type) -> None:
    before = kind()
    for one in fields(kind):
        change = {one.name: object()}
        assert replace(before, **change) == dataclasses.replace(before, **change)
        assert before == kind()


def test_a_value_in_which_nothing_changes_is_returned_as_it_is() -> None:
    before = Feed(reason="down", offline=("monitor-1",))
    assert replace(before, reason=before.reason, offline=before.offline) is before
    assert replace(before, reason=before.reason, is_up=True) == dataclasses.replace(before, is_up=True)


def test_a_copy_is_frozen_as_its_original_is() -> None:
    after = replace(Feed(), is_up=True)
    with pytest.raises(dataclasses.FrozenInstanceError):
        after.is_up = False  # type: ignore[misc]


def test_a_field_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(TypeError, match="Feed has no field 'is_upp'"):
        replace(Feed(), is_upp=True)  # type: ignore[call-arg]


@dataclass(frozen=True, slots=True)
class Checked:
    """A value that looks at itself when it is made."""

    share: int = 0

    def __post_init__(self) -> None:
        if self.share > 100:
            raise ValueError("above 100")


@dataclass(frozen=True)
class Loose:
    """A value without slots."""

    share: int = 0


@pytest.mark.parametrize("kind", [Checked, Loose])
def test_a_class_whose_checks_or_fields_a_copy_would_pass_by_is_refused(kind: type) -> None:
    with pytest.raises(TypeError, match=f"{kind.__name__}: only a dataclass"):
        replace(kind(), share=1)
