"""Acts of the care: who may, when, on which screen; what each leaves behind; and that none of them moves anything."""

from dataclasses import replace
from typing import Any

import pytest
from channel_bench import infusing
from clinic_bench import CLINIC, ClinicBench, observed, ready, recovered, said, treated

from pumpd.core import actions as do
from pumpd.core.clinic.course import Care, Closing, Prime
from pumpd.core.session import Phase


def ordered() -> ClinicBench:
    bench = ClinicBench(CLINIC)
    bench.advance(1)
    bench.order()
    return bench


def verified() -> ClinicBench:
    bench = ordered()
    bench.verify()
    return bench


@pytest.mark.parametrize(
    ("verb", "scene", "good", "bad", "names"),
    [
        ("checklist", verified, ("nurse", "prescriber"), "engineer", "nurse or prescriber"),
        ("prime", verified, ("nurse",), "prescriber", "nurse"),
        ("observe", observed, ("nurse",), "prescriber", "nurse"),
        ("sign_off", recovered, ("prescriber",), "nurse", "prescriber"),
        ("close", recovered, ("nurse",), "prescriber", "nurse"),
    ],
)
def test_each_act_of_the_course_asks_for_its_role_and_its_screen(
    verb: str, scene: Any, good: tuple[str, ...], bad: str, names: str
) -> None:
    """Facts/clinical.md 1 row 19; faults row 69."""
    bench = scene()
    act = getattr(bench, verb)
    before = bench.state.care
    assert f"may not {verb}: role {names} needed" in said(act(role=bad))
    assert said(act(epoch=bench.state.epoch - 1)) == (
        f"refused: the situation has changed since that screen was drawn: look again, then {verb}"
    )
    assert bench.state.care == before
    for role in good:
        if verb == "observe":
            assert said(bench.look(15, role=role)).startswith("accepted")
        else:
            assert said(act(role=role)).startswith("accepted"), role


@pytest.mark.parametrize(
    ("verb", "scene", "reason"),
    [
        ("checklist", treated, "checklist is not possible while the session is infusing"),
        ("checklist", lambda: ClinicBench(CLINIC), "checklist is not possible while the session is idle"),
        ("prime", ordered, "prime is not possible while the session is ordered"),
        ("prime", treated, "prime is not possible while the session is infusing"),
        ("observe", treated, "observe is for the time after an infusion: there is none to observe"),
        ("sign_off", ready, "sign_off is for the time after an infusion: there is none to observe"),
        ("close", treated, "close is for the time after an infusion: there is none to observe"),
    ],
)
def test_an_act_at_the_wrong_step_is_refused_with_the_step(verb: str, scene: Any, reason: str) -> None:
    assert said(getattr(scene(), verb)()) == f"refused: {reason}"


@pytest.mark.parametrize("verb", ["checklist", "prime", "observe", "sign_off", "close"])
def test_the_bench_course_has_none_of_these_acts(verb: str) -> None:
    bench = ClinicBench()
    bench.order()
    assert said(getattr(bench, verb)()) == (
        f"refused: {verb} belongs to the clinic's course: this site runs the bench course (no [clinic] table)"
    )
    assert bench.state.care == Care()


def test_none_of_the_acts_reaches_the_pump_or_the_permit() -> None:
    """Law 1. The care is records and gates."""
    bench = treated()
    bench.forget()
    permit, heard = bench.state.permit, len(bench.pump.heard)
    for answers in (bench.happened(), bench.gave(), bench.wrote(), bench.hand_over()):
        assert answers[0].stage is do.Stage.ACCEPTED
    assert bench.state.permit == permit
    assert len(bench.pump.heard) == heard
    assert bench.of(do.CommandPump) == bench.of(do.ApproveMaximum) == []


def test_a_pause_and_a_stop_are_taken_at_every_step() -> None:
    """Law 6: nothing of the course stands between a press and the wire."""
    for scene in (ordered, verified, ready, treated, observed, recovered):
        bench = scene()
        assert said(bench.pause()).startswith("accepted")
        assert said(bench.stop()).startswith("accepted")


# -- checklist and prime -------------------------------------------------------------------------------------------


def test_the_checklist_may_be_answered_before_the_second_person_and_again() -> None:
    bench = ordered()
    assert said(bench.checklist(alcohol="yes")) == "accepted: no start: blocks: alcohol"
    assert said(bench.checklist()) == "accepted: "
    assert [one.text for one in bench.state.care.log[-2:]] == ["blocks: alcohol", "18 answers, none blocks"]
    assert bench.state.care.answered_by == "nina"


def test_a_checklist_that_is_not_whole_changes_nothing() -> None:
    bench = verified()
    assert said(bench.checklist(mood="yes")) == "refused: checklist: 'mood' is no item of it"
    assert bench.state.care.answers == ()


@pytest.mark.parametrize(
    ("volume_ml", "reason"),
    [
        ("1.2", ""),
        ("1.199", "volume_ml 1.199 mL does not fill the line of 1.2 mL"),
        ("2", ""),
        ("2.0", ""),
        ("0", "volume_ml 0 mL: must be above 0 mL and at most 2 mL"),
        ("2.001", "volume_ml 2.001 mL: must be above 0 mL and at most 2 mL"),
        ("1,5", "volume_ml '1,5' is not a plain decimal number"),
        ("-1", "volume_ml '-1' is not a plain decimal number"),
    ],
)
def test_a_prime_is_at_most_the_allowance(volume_ml: str, reason: str) -> None:
    """Facts/clinical.md 2.3: 2 mL."""
    answers = said(verified().prime(volume_ml))
    assert answers.startswith(f"refused: {reason}" if reason else "accepted")


def test_a_prime_that_does_not_fill_the_line_is_refused() -> None:
    """Facts/clinical.md 2.3: what the plunger gives the patient gets only where the drug stands at the line's end."""
    answers = said(verified().prime("1.1"))
    assert answers == "refused: volume_ml 1.1 mL does not fill the line of 1.2 mL"


def test_a_prime_with_the_patient_connected_or_air_in_the_line_is_none() -> None:
    bench = verified()
    both = said(bench.prime(disconnected=False, air_free=False))
    assert "disconnected: the line is primed only while the patient is not connected to it" in both
    assert "air_free: the line must be free of air before it is connected" in both
    assert bench.state.care.prime is None


def test_a_prime_is_recorded_and_is_no_dose() -> None:
    bench = verified()
    bench.prime("1.25")
    assert bench.state.care.prime == Prime("nina", 1_250_000)
    assert bench.shown["dose"]["given_high_mg"] == "0"
    assert bench.pump.true_nl == 0


# -- after the end -------------------------------------------------------------------------------------------------


def test_a_sign_off_says_why_and_what_it_accepts() -> None:
    bench = observed()
    assert said(bench.sign_off()) == "refused: no observation yet: there is nothing to accept"
    bench.look(15, sys=150)
    assert said(bench.sign_off(" ")) == "refused: sign_off needs a note that says why"
    assert said(bench.sign_off("as at home")) == "accepted: "
    assert bench.care["sign_off"] == {"by": "dora", "note": "as at home"}


def test_a_closing_names_the_escort_and_every_reason_against_it() -> None:
    """Facts/clinical.md 1 rows 9, 11 and 25."""
    bench = observed()
    reasons = said(bench.close(" "))
    assert "the observation lasts 60 min" in reasons
    assert "not recovered: 0 of 2 observations in a row" in reasons
    assert "close needs the escort's name" in reasons
    done = recovered()
    assert said(done.close("her brother")) == "accepted: "
    assert done.state.care.closing == Closing("nina", "her brother", done.wall_ms)
    assert done.word == "CLOSED"
    assert said(done.close()) == "refused: close is for the time after an infusion: there is none to observe"


# -- what is written down ------------------------------------------------------------------------------------------


def test_an_event_a_medication_and_a_note_are_lines_of_the_log_with_person_and_time() -> None:
    """Facts/clinical.md 1 rows 17 and 29."""
    bench = treated()
    bench.happened("nausea", "moderate", "after 10 min")
    bench.gave()
    bench.wrote("asked for water")
    assert [(one.kind, one.text, one.by, one.wall_ms) for one in bench.state.care.log[-3:]] == [
        ("event", "nausea, moderate: after 10 min", "nina", bench.wall_ms),
        ("given", "ondansetron 4 mg given by hand", "nina", bench.wall_ms),
        ("note", "asked for water", "nina", bench.wall_ms),
    ]
    assert [one.text for one in bench.of(do.NoteAct)][-1] == "note: asked for water"


def test_what_is_written_needs_a_patient_and_a_known_code_and_nothing_else() -> None:
    idle = ClinicBench(CLINIC)
    assert said(idle.wrote()) == "refused: no order: there is no patient to write about"
    assert "event 'hiccup' is not known" in said(treated().happened("hiccup"))
    closed = recovered()
    closed.close()
    assert said(closed.happened("anxiety")).startswith("accepted"), "what happens at the door is not lost"


def test_the_bench_may_write_down_too() -> None:
    bench = ClinicBench()
    bench.order()
    assert said(bench.wrote("run 12")) == "accepted: "
    assert bench.care["log"] == [{"kind": "note", "text": "run 12", "by": "nina", "wall_ms": bench.wall_ms}]


# -- handover ------------------------------------------------------------------------------------------------------


def test_the_first_nurse_of_the_course_is_in_charge_until_another_takes_over() -> None:
    bench = verified()
    bench.checklist(by="dora", role="prescriber")
    assert bench.care["nurse"] == ""
    bench.prime(by="nina")
    assert bench.care["nurse"] == "nina"
    assert said(bench.hand_over("omar")) == "accepted: "
    assert bench.care["nurse"] == "omar"
    assert bench.state.care.log[-1].text == "omar takes over from nina"
    assert said(bench.hand_over("omar")) == "refused: omar is in charge already"
    assert (
        said(bench.hand_over("dora", "prescriber"))
        == "refused: dora may not take a bed over: role nurse needed"
    )


def test_there_is_nothing_to_take_over_before_an_order_and_after_the_closing() -> None:
    reason = "refused: no session is open: there is nothing to take over"
    assert said(ClinicBench(CLINIC).hand_over()) == reason
    bench = recovered()
    bench.close()
    assert said(bench.hand_over()) == reason


# -- an order and a start ------------------------------------------------------------------------------------------


def test_an_order_makes_the_care_anew_and_a_refused_one_does_not() -> None:
    bench = ready()
    before = bench.state.care
    assert said(bench.order(weight_kg="ten")).startswith("refused")
    assert bench.state.care == before
    bench.order()
    assert (bench.state.care.answers, bench.state.care.prime) == ((), None)
    assert [one.kind for one in bench.state.care.log] == ["order"]


def test_a_start_remembers_when_and_the_saturation_before() -> None:
    bench = ready()
    begun_ms = bench.wall_ms
    bench.start()
    care = bench.state.care
    assert (care.started_wall_ms, care.spo2_before, care.nurse) == (begun_ms, 97.0, "nina")


def test_a_refused_start_leaves_the_care_as_it_is() -> None:
    bench = ready()
    bench.checklist(consent="no")
    before = bench.state.care
    assert said(bench.start()).startswith("refused")
    assert bench.state.care == before


def test_on_the_bench_an_order_and_a_start_leave_no_trace_in_the_care() -> None:
    bench = infusing()
    assert bench.state.session.phase is Phase.INFUSING
    assert bench.state.care == Care()
    assert replace(bench.policy, clinic=None) == bench.policy
