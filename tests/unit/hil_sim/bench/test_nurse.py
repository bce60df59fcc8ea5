"""What a nurse does follows from what the screen shows."""

from collections.abc import Mapping
from typing import Any

import pytest

from hil_sim.bench.nurse import PINS, Habits, Nurse
from hil_sim.bench.panel import Answer, Panel

IDLE: dict[str, Any] = {
    "phase": "idle",
    "epoch": 4,
    "alarms": [],
    "start_blocked_by": [],
    "can_resume": False,
    "resume_blocked_by": [],
    "can_restore": False,
    "restore_blocked_by": [],
}


class Screen(Panel):
    """A panel that writes down what is pressed."""

    def __init__(self, **shown: Any) -> None:
        super().__init__("bed-1", lambda _: None, lambda: 0.5)
        self.state = {**IDLE, **shown}
        self.pressed: list[tuple[str, str, str, dict[str, Any]]] = []

    def ask(
        self,
        verb: str,
        by: str = "",
        pin: str = "",
        args: Mapping[str, Any] | None = None,
        answer: Answer | None = None,
    ) -> None:
        self.pressed.append((verb, by, pin, dict(args or {})))

    @property
    def verbs(self) -> list[str]:
        return [verb for verb, *_ in self.pressed]


def nurse(screen: Screen, **habits: Any) -> Nurse:
    return Nurse(screen, {"weight_kg": "70"}, lambda: 4, lambda *_: None, Habits(**habits))


def test_the_order_is_the_prescriber_s_and_the_rest_the_nurse_s_each_on_the_state_shown() -> None:
    screen = Screen()
    who = nurse(screen)
    who.look(0.0)
    for now_s, phase in ((10.0, "ordered"), (20.0, "verified")):
        screen.state = {**IDLE, "phase": phase, "epoch": int(now_s)}
        who.look(now_s)
    assert screen.pressed == [
        ("order", "dora", PINS["dora"], {"weight_kg": "70"}),
        ("verify", "nina", PINS["nina"], {"epoch": 10}),
        ("start", "nina", PINS["nina"], {"epoch": 20}),
    ]


def test_she_asks_for_a_reading_when_a_start_lacks_one_and_not_again_within_a_minute() -> None:
    screen = Screen(phase="verified", start_blocked_by=["baseline: two cuff readings are needed"])
    who = nurse(screen)
    for now_s in range(0, 66, 5):
        who.look(float(now_s))
    assert screen.verbs == ["measure", "measure"]


def test_what_keeps_a_start_from_her_and_is_hers_to_mend_she_mends() -> None:
    """After a restart a second person looks again; a score that somebody entered is taken anew, once a minute."""
    again = "the daemon was restarted since the order was verified: verify it again"
    screen = Screen(phase="verified", start_blocked_by=[again, "MOAA/S 2: needs 5"])
    who = nurse(screen)
    who.look(0.0)
    assert screen.pressed == [("verify", "nina", PINS["nina"], {"epoch": 4})]
    assert screen.state is not None
    screen.state = {**screen.state, "start_blocked_by": ["MOAA/S 2: needs 5"]}
    for now_s in range(5, 75, 5):
        who.look(float(now_s))
    assert screen.pressed[1:] == [("score", "nina", "", {"scale": "moaas", "value": 4})] * 2
    nobody = Screen(phase="verified", start_blocked_by=["MOAA/S 2: needs 5"])
    nurse(nobody, rounds_every_s=None).look(0.0)
    assert nobody.verbs == [], "one who never scores does not do so here"


def test_an_alarm_is_answered_after_half_a_minute_with_a_note() -> None:
    screen = Screen(phase="infusing", alarms=[{"acknowledged": ""}])
    who = nurse(screen, rounds_every_s=None)
    for now_s in range(0, 30, 5):
        who.look(float(now_s))
    assert screen.verbs == []
    who.look(30.0)
    assert screen.pressed == [("acknowledge", "nina", "", {"note": "seen at the chair"})]


def test_an_alarm_that_was_answered_is_left_alone() -> None:
    screen = Screen(phase="infusing", alarms=[{"acknowledged": "nina"}])
    who = nurse(screen, rounds_every_s=None)
    for now_s in range(0, 120, 5):
        who.look(float(now_s))
    assert screen.verbs == []


def test_rounds_are_presence_and_the_score_that_the_patient_has() -> None:
    """facts/clinical.md 1, #30: every ten minutes."""
    screen = Screen(phase="infusing")
    who = nurse(screen)
    for now_s in range(0, 596, 5):
        who.look(float(now_s))
    assert screen.verbs == ["present", "score"] * 2
    assert screen.pressed[1][3] == {"scale": "moaas", "value": 4}


def test_she_resumes_when_nothing_blocks_and_has_measured_what_blocks() -> None:
    blocked = ["a cuff reading newer than 60 s"]
    screen = Screen(phase="infusing", can_resume=True, resume_blocked_by=blocked)
    who = nurse(screen, rounds_every_s=None)
    who.look(0.0)
    assert screen.state is not None
    screen.state = {**screen.state, "resume_blocked_by": []}
    who.look(40.0)
    who.look(45.0)
    assert screen.verbs == ["measure", "resume"]


def test_what_a_reading_does_not_mend_is_waited_for() -> None:
    screen = Screen(phase="infusing", can_resume=True, resume_blocked_by=["LP1 must be acknowledged"])
    who = nurse(screen, rounds_every_s=None)
    for now_s in range(0, 120, 5):
        who.look(float(now_s))
    assert screen.verbs == []


@pytest.mark.parametrize("verb", ["resume", "restore"])
def test_a_habit_that_is_off_is_not_done(verb: str) -> None:
    screen = Screen(phase="infusing", **{f"can_{verb}": True})
    who = nurse(screen, rounds_every_s=None, **{f"{verb}s": False})
    who.look(0.0)
    assert screen.verbs == []
    other = nurse(screen, rounds_every_s=None)
    other.look(0.0)
    assert screen.verbs == [verb]


def test_without_a_screen_she_does_nothing() -> None:
    screen = Screen()
    screen.state = None
    nurse(screen).look(0.0)
    assert screen.verbs == []


def test_what_is_different_about_an_order_is_typed_as_a_text() -> None:
    """Catalogue 71: a story says 700.0; a person types 700."""
    screen = Screen()
    nurse(screen).act("order", {"weight_kg": 700.0, "syringe": "bd-20"})
    assert screen.pressed == [("order", "dora", PINS["dora"], {"weight_kg": "700", "syringe": "bd-20"})]
