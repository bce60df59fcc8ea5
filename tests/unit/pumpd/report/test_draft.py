"""What the draft of a session keeps, event by event."""

from typing import Any

from pumpd.report.draft import SHOWN_AFTER_END_MS, Draft


def report(
    motion: str = "infusing", rate_nl_h: int = 20_000_000, infused_nl: int = 0, **more: Any
) -> dict[str, Any]:
    return {"motion": motion, "rate_nl_h": rate_nl_h, "infused_nl": infused_nl, "alarms": [], **more}


def act(kind: str, by: str, request: str, link_ms: int = 0, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "by": by, "request_id": request, "at": {"ms": 0, "link_ms": link_ms}, **more}


def answer(request: str, stage: str, *reasons: str) -> dict[str, Any]:
    return {"request_id": request, "stage": stage, "reasons": list(reasons), "kind": "answer"}


def trip(demand: int, rule: str = "BP2") -> dict[str, Any]:
    return {"rule_id": rule, "demand": demand, "priority": "high", "reason": "too high", "evidence": []}


def running(programme_nl_h: int = 20_000_000) -> Draft:
    draft = Draft(1, 0)
    draft.programme_nl_h = programme_nl_h
    draft.add_report(0, 0, report())
    draft.add_act(0, act("start_pressed", "nina", "r0"), [answer("r0", "accepted")])
    return draft


def timer(link_ms: int) -> dict[str, Any]:
    return {"kind": "ticked", "at": {"ms": link_ms, "link_ms": link_ms}}


def test_slow_is_seen_at_half_the_programmed_rate_and_not_a_step_above() -> None:
    draft = running()
    draft.add_trip(10, timer(10), trip(2), ())
    draft.add_report(20, 20, report(rate_nl_h=10_000_001))
    assert draft.trips[0].effect == "not seen"
    draft.add_report(30, 30, report(rate_nl_h=10_000_000))
    assert (draft.trips[0].effect, draft.trips[0].reaction_ms) == ("slowed", 20)


def test_a_pause_is_seen_only_when_the_motor_stands_still() -> None:
    draft = running()
    draft.add_trip(10, timer(10), trip(3), ())
    for motion in ("infusing", "withdrawing", "purging", "waiting"):
        draft.add_report(20, 20, report(motion, 0))
        assert draft.trips[0].effect == "not seen"
    draft.add_report(35, 35, report("halted"))
    assert (draft.trips[0].effect, draft.trips[0].reaction_ms) == ("halted", 25)


def test_the_crossing_sample_is_the_newest_one_that_came_with_the_decision() -> None:
    old = {"signal": "sys", "value": 165.0, "received": {"ms": 1, "link_ms": 1}}
    new = {"signal": "sys", "value": 166.0, "received": {"ms": 40, "link_ms": 40}}
    event = {"kind": "samples_arrived", "at": {"ms": 45, "link_ms": 45}, "samples": [new]}
    draft = running()
    draft.add_trip(45, event, trip(3) | {"evidence": [old, new]}, ())
    draft.add_report(50, 50, report("halted"))
    assert (draft.trips[0].reaction_ms, draft.trips[0].is_timed) == (10, False)


def test_advice_wants_nothing_of_the_pump() -> None:
    draft = running()
    draft.add_trip(10, timer(10), trip(1), ())
    draft.add_report(20, 20, report("halted"))
    assert (draft.trips[0].effect, draft.trips[0].reaction_ms) == ("", None)


def test_a_resume_that_raises_nothing_lifts_nothing() -> None:
    draft = running()
    draft.add_trip(10, timer(10), trip(3), ())
    draft.add_act(20, act("resume_pressed", "nina", "r1"), [answer("r1", "accepted")])
    assert draft.trips[0].resumed_by == ""
    draft.add_trip(30, timer(30), trip(3, "LP1"), ())
    draft.add_raise(40, 20_000_000)  # asked for by nobody any more: the trip came between
    assert [one.resumed_by for one in draft.trips] == ["", ""]
    draft.add_act(50, act("resume_pressed", "olga", "r2"), [answer("r2", "accepted")])
    draft.add_raise(60, 20_000_000)
    assert [(one.resumed_by, one.resumed_at_ms) for one in draft.trips] == [("olga", 50), ("olga", 50)]
    assert [one.has_raised for one in draft.acts] == [False, False, True]


def test_a_stop_is_never_resumed() -> None:
    draft = running()
    draft.add_trip(10, timer(10), trip(4), ())
    draft.add_act(20, act("resume_pressed", "nina", "r1"), [answer("r1", "accepted")])
    draft.add_raise(21, 20_000_000)
    assert draft.trips[0].resumed_by == ""


def test_a_confirmation_in_a_later_decision_finds_its_act() -> None:
    draft = running()
    draft.add_act(100, act("pause_pressed", "nina", "r1", 100), [answer("r1", "accepted")])
    draft.confirm(120, [answer("r1", "not_confirmed")])
    assert draft.acts[-1].confirmed_ms is None
    draft.confirm(170, [answer("r1", "confirmed")])
    assert draft.acts[-1].confirmed_ms == 70


def test_an_act_nobody_answered_is_said_to_be_unanswered() -> None:
    draft = running()
    assert not draft.add_act(5, act("alarm_acknowledged", "nina", "r1", rule="BP2"), [])
    assert (draft.acts[-1].verb, draft.acts[-1].outcome) == ("acknowledge BP2", "unanswered")


def test_a_restart_forgets_what_stamps_of_two_boots_could_be_compared() -> None:
    draft = running()
    draft.boot(0, "a")
    draft.add_trip(10, timer(10), trip(3), ())
    draft.boot(50, "b")
    draft.add_report(60, 5, report("halted"))
    assert (draft.trips[0].effect, draft.trips[0].reaction_ms) == ("not seen", None)
    assert draft.boots == ["a", "b"]
    assert (50, None) in draft.reported


def test_pump_alarms_are_noted_and_a_pumps_own_pressure_is_a_reading() -> None:
    draft = running()
    draft.add_report(10, 10, report(pressure_mmhg=41.5) | {"alarms": ["host_silent"]})
    assert [one.text for one in draft.notes] == ["alarm: host silent"]
    assert draft.readings["line_pressure"] == [(10, 41.5)]


def test_an_acknowledgement_marks_the_alarm_even_if_no_snapshot_follows() -> None:
    draft = running()
    alarms = [
        {"key": key, "priority": "high", "text": "x", "since": {"ms": 5, "link_ms": 5}, "acknowledged_by": ""}
        for key in ("BP2", "LP1")
    ]
    session = {"phase": "infusing", "programme": None, "holds": []}
    draft.add_snapshot(10, "{}", {"session": session, "permit": None, "alarms": alarms}, 1_000)
    draft.add_act(20, act("alarm_acknowledged", "nina", "r1", rule="LP1"), [answer("r1", "accepted")])
    assert [(one.key, one.from_ms, one.acknowledged_by) for one in draft.alarms.values()] == [
        ("BP2", 1_005, ""),
        ("LP1", 1_005, "nina"),
    ]


def test_the_story_counts_from_zero_and_ends_a_while_after_the_end() -> None:
    draft = running()
    draft.add_sample("sys", 500, 120.0)
    draft.ended_ms, draft.last_ms = 60_000, 60_000 + 2 * SHOWN_AFTER_END_MS
    assert draft.is_over(60_001 + SHOWN_AFTER_END_MS)
    assert not draft.is_over(60_000 + SHOWN_AFTER_END_MS)
    story = draft.story(1_000)
    assert story.readings["sys"] == ((-500, 120.0),)
    assert (story.ended_ms, story.until_ms) == (59_000, 59_000 + SHOWN_AFTER_END_MS)
    assert story.begin_ms == -120_000
    assert story.acts[0].at_ms == -1_000


def test_a_shadow_row_is_kept_apart_from_what_acted() -> None:
    """It demanded nothing of the pump: no reaction is awaited of it, and no resume lifts it."""
    draft = running()
    draft.add_trip(10, timer(10), {**trip(3, "BP2~"), "is_shadow": True, "hazard": "hypertension"}, ())
    draft.add_report(20, 20, report("halted"))
    story = draft.story(0)
    assert story.trips == ()
    (shadow,) = story.shadows
    assert (shadow.rule, shadow.demand, shadow.hazard, shadow.effect) == ("BP2~", "PAUSE", "hypertension", "")
    assert shadow.reaction_ms is None


def test_a_trip_says_what_its_row_guards_against() -> None:
    draft = running()
    draft.add_trip(10, timer(10), {**trip(3), "hazard": "hypertension"}, ())
    draft.add_trip(10, timer(10), trip(3, "BP3"), ())
    assert [one.hazard for one in draft.trips] == ["hypertension", ""]


def test_a_restore_lifts_what_it_raises_as_a_resume_does() -> None:
    draft = running()
    draft.add_trip(10, timer(10), trip(2), ())
    draft.add_act(20, act("restore_pressed", "nina", "r1"), [answer("r1", "accepted")])
    draft.add_raise(30, 20_000_000)
    assert (draft.trips[0].resumed_by, draft.trips[0].resumed_at_ms) == ("nina", 20)


def test_what_people_enter_is_an_act_with_its_value_and_their_note() -> None:
    draft = running()
    accepted = [answer("r1", "accepted")]
    draft.add_act(1, act("score_entered", "nina", "r1", scale="moaas", value=0), accepted)
    draft.add_act(2, act("presence_confirmed", "nina", "r1"), accepted)
    draft.add_act(3, act("audio_pause_pressed", "nina", "r1"), accepted)
    draft.add_act(4, act("alarm_acknowledged", "nina", "r1", rule="BP3", note="cuff moved"), accepted)
    assert [one.verb for one in draft.acts[1:]] == ["score moaas 0", "present", "quiet", "acknowledge BP3"]
    assert draft.acts[-1].reasons == ("note: cuff moved",)


def test_an_alarm_is_seen_by_the_name_of_any_of_its_rows() -> None:
    draft = running()
    alarm = {
        "key": "blood-pressure",
        "priority": "high",
        "text": "x",
        "since": {"ms": 5},
        "acknowledged_by": "",
        "members": ["BP2", "BP1"],
    }
    session: dict[str, Any] = {"programme": None, "phase": "infusing", "holds": []}
    draft.add_snapshot(5, "{}", {"session": session, "permit": None, "alarms": [alarm]}, 0)
    draft.add_act(6, act("alarm_acknowledged", "nina", "r1", rule="BP1"), [answer("r1", "accepted")])
    (span,) = draft.alarms.values()
    assert (span.acknowledged_by, span.members) == ("nina", ("BP2", "BP1"))


def test_a_new_driver_s_count_goes_on_from_what_the_pump_shows() -> None:
    """Row 91: a sum that died with its driver is no counter that fell, and nothing is counted twice."""
    draft = running()
    for link_ms, (infused_nl, cleared_nl) in enumerate([(900, 0), (905, 900), (40, 0), (3, 0)], start=1):
        draft.add_report(link_ms, link_ms, report(infused_nl=infused_nl, cleared_nl=cleared_nl))
        assert draft.falls == (1 if link_ms == 4 else 0)
    assert [counted_nl for _, counted_nl in draft.volume] == [0, 900, 905, 940, 943]
