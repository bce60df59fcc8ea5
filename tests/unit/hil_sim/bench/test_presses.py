"""Presses by name: right ones, and ones with just one thing wrong."""

from collections.abc import Mapping
from typing import Any

from hil_sim import faults
from hil_sim.bench.nurse import PINS, Nurse
from hil_sim.bench.panel import Answer, Panel
from hil_sim.bench.presses import OPERATOR


class Screen(Panel):
    """A panel that writes down what is pressed."""

    def __init__(self) -> None:
        super().__init__("bed-1", lambda _: None, lambda: 0.5)
        self.state = {"epoch": 7}
        self.pressed: list[tuple[str, str, str, dict[str, Any], int]] = []

    def ask(
        self,
        verb: str,
        by: str = "",
        pin: str = "",
        args: Mapping[str, Any] | None = None,
        answer: Answer | None = None,
        copies: int = 1,
    ) -> None:
        self.pressed.append((verb, by, pin, dict(args or {}), copies))


def press(name: str, **params: Any) -> list[tuple[str, str, str, dict[str, Any], int]]:
    screen = Screen()
    faults.apply(OPERATOR, Nurse(screen, {}, lambda: 5, lambda *_: None), name, params)
    return screen.pressed


def test_a_careful_press_names_the_state_shown_and_carries_her_own_pin() -> None:
    assert press("resume") == [("resume", "nina", PINS["nina"], {"epoch": 7}, 1)]
    assert press("pause") == [("pause", "nina", "", {}, 1)]
    assert press("score", value=3) == [("score", "nina", "", {"scale": "moaas", "value": 3}, 1)]


def test_a_double_press_is_two_presses_and_a_replay_one_that_arrives_twice() -> None:
    """Faults rows 48 and 67."""
    assert [verb for verb, *_ in press("double_press")] == ["resume", "resume"]
    ((verb, *_, copies),) = press("replayed")
    assert (verb, copies) == ("pause", 2)


def test_an_old_state_and_a_wrong_pin_are_wrong_in_that_alone() -> None:
    """Faults rows 69 and 81."""
    assert press("old_epoch", behind=2) == [("resume", "nina", PINS["nina"], {"epoch": 5}, 1)]
    assert press("wrong_pin") == [("resume", "nina", PINS["nina"][::-1], {"epoch": 7}, 1)]
