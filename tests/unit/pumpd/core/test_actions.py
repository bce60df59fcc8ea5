"""Imperatives for the edges: each told apart by its kind, none with a default that could hide an omission."""

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from drivers.contract import Halt
from pumpd.core import actions as do

ALL = get_args(do.Action)


def _kind(action: type) -> str:
    return str(next(one.default for one in fields(action) if one.name == "kind"))


def test_every_action_has_its_own_kind_and_its_name_spelled_out() -> None:
    kinds = {one.__name__: _kind(one) for one in ALL}
    assert len(ALL) == 9
    assert len(set(kinds.values())) == len(ALL)
    for name, kind in kinds.items():
        assert kind.replace("_", "") == name.lower()


def test_an_action_cannot_be_changed_after_the_decision_that_made_it() -> None:
    action = do.CommandPump(command_id=1, command=Halt())
    with pytest.raises(FrozenInstanceError):
        action.command_id = 2  # type: ignore[misc]


@pytest.mark.parametrize("action", ALL, ids=lambda one: one.__name__)
def test_what_an_action_is_about_must_be_said_by_name(action: type) -> None:
    with pytest.raises(TypeError):
        action()
    with pytest.raises(TypeError):
        action("positional")
