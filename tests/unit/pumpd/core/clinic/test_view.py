"""The course as it is shown: steps in their order, words after the end, one object for every screen."""

import json

from channel_bench import Bench, infusing, verified
from clinic_bench import CLINIC, ClinicBench, observed, ready, recovered, treated

from interlocks.vocabulary import Signal
from pumpd.core.clinic.course import Step


def test_each_act_leads_to_the_next_step_and_the_first_thing_missing_is_the_step() -> None:
    bench = ClinicBench(CLINIC)
    steps = [bench.step]
    bench.advance(1)
    for act in (bench.order, bench.verify, bench.checklist, bench.prime):
        act()
        steps.append(bench.step)
    bench.cuff(125, 78)
    bench.advance(61)
    bench.cuff(125, 78)
    assert bench.care["next"] == "Before start: no MOAA/S entered yet: needs 5, at most 15 min old"
    bench.score(Signal.MOAAS, 5)
    steps.append(bench.step)
    bench.start()
    steps.append(bench.step)
    bench.advance(2)
    bench.stop()
    bench.advance(1)
    steps.append(bench.step)
    for _ in range(4):
        bench.look(15)
    steps.append(bench.step)
    bench.close()
    steps.append(bench.step)
    assert steps == [one.value for one in Step]


def test_after_the_end_the_word_is_observing_then_closed() -> None:
    bench = observed()
    assert bench.word == "OBSERVING"
    assert bench.shown["headline"].endswith("; the patient is observed for 60 min")
    assert (
        bench.shown["next"]
        == bench.care["next"]
        == "Observe the patient, 15 min after the end: due in 15 min"
    )
    done = recovered()
    assert (done.word, done.step) == ("OBSERVING", "closable")
    assert done.shown["next"] == "A nurse closes the session, with the escort's name"
    done.close()
    assert (done.word, done.shown["headline"]) == ("CLOSED", "Closed by nina; escort: her brother")


def test_not_confirmed_outranks_every_word_of_the_course() -> None:
    bench = treated()
    bench.pump.ignores_halt = True
    bench.stop()
    bench.advance(1.2)
    assert bench.word == "NOT CONFIRMED"


def test_the_words_of_the_bench_are_those_of_before() -> None:
    bench = infusing()
    bench.stop()
    bench.advance(1)
    assert (bench.word, bench.shown["next"]) == ("STOPPED", "")
    care = bench.shown["care"]
    assert (care["course"], care["step"]) == ("bench", "closed")
    assert care["checklist"] == {"items": [], "by": "", "is_complete": False, "blocking": []}
    assert (care["prompts"], care["observations"], care["close_blocked_by"]) == ([], [], [])


def test_the_bench_knows_five_steps() -> None:
    idle = Bench()
    idle_step = idle.shown["care"]["step"]
    idle.order()
    assert [idle_step, idle.shown["care"]["step"]] == ["order", "verify"]
    assert verified().shown["care"]["step"] == "start"
    assert infusing().shown["care"]["step"] == "infusing"


def test_the_object_has_every_key_of_the_contract_and_is_json() -> None:
    keys = {
        *("course", "step", "next", "nurse", "checklist", "prime", "allowances", "soft", "prompts"),
        *("observations", "ended_ago_s", "closable_in_s", "close_blocked_by", "sign_off", "closed"),
        *("log", "series"),
    }
    for bench in (ClinicBench(), ClinicBench(CLINIC), ready(), treated(), observed(), recovered()):
        assert set(bench.care) == keys
        json.dumps(bench.care, allow_nan=False)


def test_every_slot_is_shown_taken_or_not() -> None:
    bench = observed()
    bench.look(31)
    rows = bench.care["observations"]
    assert [(one["slot_min"], one["is_done"]) for one in rows] == [
        (15, False),
        (30, True),
        (45, False),
        (60, False),
    ]
    assert len({frozenset(one) for one in rows}) == 1, "a row has the same keys whether it was taken or not"
    assert (rows[1]["sys"], rows[1]["moaas"], rows[1]["is_recovered"]) == (125, 5, True)
    assert rows[0]["due_in_s"] < 0 < rows[2]["due_in_s"]
    assert (bench.care["ended_ago_s"], bench.care["closable_in_s"]) == (31 * 60 + 2, 29 * 60 - 2)


def test_an_answer_that_blocks_is_what_comes_next() -> None:
    bench = ready()
    bench.checklist(alcohol="yes")
    assert bench.step == "checklist"
    assert bench.care["next"] == "The checklist forbids a start: Acutely intoxicated with alcohol?"
    assert bench.care["checklist"]["blocking"] == ["alcohol"]


def test_the_prime_is_shown_with_its_allowance() -> None:
    bench = ready()
    assert bench.care["prime"] == {"by": "nina", "volume_ml": "1.5"}
    assert bench.care["allowances"] == {"prime_ml": "2.0"}
    none = {"number": 0, "of": 6, "last_wall_ms": None, "warnings": [], "begun": []}
    assert ClinicBench(CLINIC).care["series"] == none
