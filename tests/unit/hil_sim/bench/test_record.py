"""What a run shows, written down as it comes."""

import json
from typing import Any

from hil_sim.bench.record import Recorder
from hil_sim.bench.recording import Recording
from hil_sim.world import World

SHOWN: dict[str, Any] = {
    "word": "INFUSING",
    "headline": "Infusing at 26.2 mL/h",
    "findings": [],
    "rate": {"permitted_nl_h": 26_200_000, "commanded_nl_h": 13_100_000},
    "dose": {"given_low_mg": "1", "given_high_mg": "1.2"},
}


class Book:
    """A recorder on a world whose clock the test turns."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.world = World()
        self.recorder = Recorder(self.world, lambda: self.now_s, 2.0)

    def entered(self, kind: str) -> list[tuple[float, str, dict[str, Any]]]:
        return [(one.t_s, one.name, dict(one.detail)) for one in self.recorder.happenings if one.kind == kind]

    def shows(self, **changes: Any) -> None:
        self.recorder.shown({**SHOWN, **changes})

    def finding(self, rule: str, demand: str) -> dict[str, Any]:
        return {"rule": rule, "demand": demand, "reason": f"{rule} because"}


def test_the_truth_is_written_down_once_a_second_beside_what_was_shown() -> None:
    book = Book()
    book.shows()
    for tenth in range(25):
        book.now_s = tenth / 10
        book.recorder.tick()
    assert [one.t_s for one in book.recorder.moments] == [0.0, 1.0, 2.0]
    first = book.recorder.moments[0]
    assert (first.word, first.permitted_ml_h, first.commanded_ml_h) == ("INFUSING", 26.2, 13.1)
    assert (first.given_low_ml, first.given_high_ml) == (0.5, 0.6)
    assert (first.sys, first.rate_ml_h) == (book.world.body.vitals().sys, 0.0)


def test_before_anything_is_shown_there_is_no_word_and_no_rate() -> None:
    book = Book()
    book.recorder.tick()
    (first,) = book.recorder.moments
    assert (first.word, first.permitted_ml_h, first.given_high_ml) == ("", None, None)


def test_a_rule_is_entered_when_it_comes_when_its_demand_changes_and_when_it_goes() -> None:
    book = Book()
    for now_s, findings in (
        (1.0, [book.finding("BP2", "SLOW")]),
        (2.0, [book.finding("BP2", "SLOW")]),
        (3.0, [book.finding("BP2", "PAUSE"), book.finding("LP1", "PAUSE")]),
        (4.0, []),
    ):
        book.now_s = now_s
        book.shows(findings=findings)
    assert book.entered("rule") == [
        (1.0, "BP2", {"demand": "SLOW"}),
        (3.0, "BP2", {"demand": "PAUSE"}),
        (3.0, "LP1", {"demand": "PAUSE"}),
        (4.0, "BP2", {"demand": ""}),
        (4.0, "LP1", {"demand": ""}),
    ]


def test_a_word_is_entered_when_it_changes() -> None:
    book = Book()
    for word in ("READY", "READY", "INFUSING"):
        book.shows(word=word)
    assert [name for _, name, _ in book.entered("word")] == ["READY", "INFUSING"]


def test_alarms_that_do_not_stand_are_no_news() -> None:
    """At a start the daemon says of every alarm that could stand whether it does."""
    book = Book()

    def say(phase: str, priority: str = "high") -> None:
        told = {"key": "PUMP", "phase": phase, "priority": priority, "text": "t"}
        book.recorder.said("pumpd/v1/alarm/bed-1/PUMP", json.dumps(told).encode())

    for phase, priority in (("end", "low"), ("start", "high"), ("update", "high"), ("update", "medium")):
        say(phase, priority)
    say("end")
    assert [(one["phase"], one["priority"]) for _, _, one in book.entered("alarm")] == [
        ("start", "high"),
        ("update", "medium"),
        ("end", "high"),
    ]


def test_faults_events_and_motions_are_entered_with_their_ends() -> None:
    book = Book()
    book.world.inject("reply_lost", for_s=0.5)
    book.world.event("occlude", for_s=0.5)
    book.world.advance(1.0, 1000.0)
    assert [name for _, name, _ in book.entered("fault")] == ["reply_lost"]
    assert [name for _, name, _ in book.entered("event")] == ["occlude"]
    assert sorted(name for _, name, _ in book.entered("fault_over")) == ["occlude", "reply_lost"]


def test_who_pressed_and_what_was_answered_stand_side_by_side() -> None:
    book = Book()
    book.recorder.pressed("pause", "nina", {})
    book.recorder.answered("pause", "accepted", ["paused"])
    assert book.entered("operator") == [(0.0, "pause", {"by": "nina"})]
    assert book.entered("answer") == [(0.0, "pause", {"stage": "accepted", "reasons": ["paused"]})]


def test_a_reading_that_is_asked_for_is_entered() -> None:
    book = Book()
    book.recorder.said("pumpd/v1/request/bed-1", b'{"v":1,"want":"nibp","reason":"BP1","seq":1}')
    book.recorder.said("pumpd/v1/state/bed-1", b"{}")
    assert [name for _, name, _ in book.entered("request")] == ["nibp"]


def test_a_recording_holds_it_all() -> None:
    book = Book()
    book.now_s = 5.0
    whole = book.recorder.recording(
        title="t", source="t.toml", seed=3, daemon="pumpd", how="virtual", wall_s=0.1, prescribed_mg=35.0
    )
    assert isinstance(whole, Recording)
    assert (whole.simulated_s, whole.dose) == (5.0, {"mg_per_ml": 2.0, "prescribed_mg": 35.0})
