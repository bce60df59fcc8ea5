"""The one summary: the word from readback and permit together, the sentence, the numbers, what can be done."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from channel_bench import ML, Bench, infusing, verified

from drivers.contract import Motion
from interlocks.vocabulary import Signal
from pumpd.core import events as ev
from pumpd.core.session import Phase
from pumpd.core.summary import summarise

RATE = 26_200_000


def ordered() -> Bench:
    bench = Bench()
    bench.order()
    return bench


def starting() -> Bench:
    bench = verified()
    bench.durable = False
    bench.start()
    return bench


def slowed() -> Bench:
    bench = infusing()
    bench.cuff(150, 104)
    bench.advance(1)
    return bench


def paused() -> Bench:
    bench = infusing()
    bench.pause()
    return bench


def pausing() -> Bench:
    bench = infusing()
    bench.pump.is_deaf = True
    bench.pause()
    return bench


def unconfirmed() -> Bench:
    bench = pausing()
    bench.advance(1.1)
    return bench


def resumed() -> Bench:
    """Two minutes after a resume."""
    bench = infusing()
    bench.cuff(125, 78)
    bench.pause()
    bench.resume()
    bench.advance(120)
    return bench


def stopped() -> Bench:
    bench = infusing()
    bench.stop()
    return bench


def stopped_by_rule() -> Bench:
    bench = infusing()
    bench.line(460)
    bench.line(460)
    return bench


def completed() -> Bench:
    bench = infusing()
    account = bench.state.account
    skip_nl = 17_480_000 - account.best_nl
    bench.pump.given_nl_h_ms += skip_nl * 3_600_000
    account = replace(
        account,
        best_nl=account.best_nl + skip_nl,
        counter_nl=(account.counter_nl or 0) + skip_nl,
        expected_nl_h_ms=account.expected_nl_h_ms + skip_nl * 3_600_000,
    )
    bench.state = replace(bench.state, account=account)
    bench.advance(4)
    return bench


def no_pump() -> Bench:
    bench = verified()
    bench.link_down("unplugged")
    return bench


#: Situation, its word, and what the sentence must say.
WORDS: list[tuple[Callable[[], Bench], str, str]] = [
    (Bench, "NO ORDER", "No order"),
    (ordered, "NOT VERIFIED", "a second person must verify"),
    (verified, "READY", "Verified, not started"),
    (no_pump, "NO PUMP", "No pump: unplugged"),
    (starting, "STARTING", "waiting for the pump's readback"),
    (infusing, "INFUSING", "Infusing at 26.2 mL/h"),
    (slowed, "SLOWED", "Slowed to 50 %: diastolic 104 mmHg"),
    (resumed, "SLOWED", "Resumed at 50 %: a nurse may restore the prescribed rate after 5 min"),
    (paused, "PAUSED", "Paused: paused by nina"),
    (pausing, "PAUSING", "Pausing: paused by nina"),
    (unconfirmed, "NOT CONFIRMED", "use the pump's own stop key"),
    (stopped, "STOPPED", "the rest of the dose is void"),
    (stopped_by_rule, "STOPPED", "Stopped by LP2: line pressure 460 mmHg"),
    (completed, "COMPLETED", "The dose is complete"),
]


@pytest.mark.parametrize(("situation", "word", "headline"), WORDS, ids=[row[0].__name__ for row in WORDS])
def test_each_situation_has_its_word_and_its_sentence(
    situation: Callable[[], Bench], word: str, headline: str
) -> None:
    shown = situation().shown
    assert shown["word"] == word
    assert headline in shown["headline"]


@pytest.mark.parametrize("situation", [row[0] for row in WORDS], ids=lambda one: one.__name__)
def test_every_situation_can_be_written_as_json_without_a_float_among_doses_and_volumes(
    situation: Callable[[], Bench],
) -> None:
    shown = situation().shown
    assert json.loads(json.dumps(shown)) == shown
    for key in ("rate", "volume"):
        assert all(isinstance(one, int | None) for one in shown[key].values())
    assert all(isinstance(one, str) for one in shown["dose"].values())


def test_law_5_a_halt_that_was_only_sent_is_never_called_paused() -> None:
    bench = pausing()
    for _ in range(60):
        bench.tick()
        assert bench.word in ("PAUSING", "NOT CONFIRMED")
    bench.pump.is_deaf = False
    bench.advance(5)
    assert bench.word == "PAUSED"


def test_the_word_changes_from_pausing_to_not_confirmed_after_one_second_of_link_time() -> None:
    bench = pausing()
    bench.advance(1)
    assert bench.word == "PAUSING"
    bench.tick()
    assert bench.word == "NOT CONFIRMED"


def test_a_halt_that_is_not_confirmed_outranks_a_session_that_is_over() -> None:
    bench = infusing()
    bench.pump.is_deaf = True
    bench.stop()
    assert bench.state.session.phase is Phase.STOPPED
    bench.advance(1.1)
    assert bench.word == "NOT CONFIRMED"


def test_law_5_a_complete_dose_says_that_the_motor_stands_still_only_once_the_pump_has_said_so() -> None:
    bench = completed()
    assert bench.shown["headline"] == "The dose is complete; the motor stands still"
    bench.pump.key(Motion.INFUSING, 5 * ML)
    bench.pump.ignores_halt = True
    bench.report()
    assert bench.word == "COMPLETED"
    assert "has not confirmed" in bench.shown["headline"]


def test_the_four_rates_have_four_names() -> None:
    bench = slowed()
    assert bench.shown["rate"] == {
        "programmed_nl_h": RATE,
        "permitted_nl_h": RATE // 2,
        "commanded_nl_h": RATE // 2,
        "reported_nl_h": RATE // 2,
    }
    assert paused().shown["rate"]["reported_nl_h"] == 0  # what is set in a resting pump is no rate
    assert set(Bench().shown["rate"].values()) == {0}


def test_the_dose_is_an_interval_in_exact_decimals() -> None:
    bench = infusing()
    bench.advance(20)
    dose = bench.shown["dose"]
    assert (dose["prescribed_mg"], dose["programmed_mg"]) == ("35", "35")
    low, best, high = (float(dose[f"given_{one}_mg"]) for one in ("low", "best", "high"))
    assert 0 < low <= best < high
    assert float(dose["left_mg"]) == pytest.approx(35 - best, abs=0.002)
    assert Bench().shown["dose"] == {}


def test_a_new_order_shows_nothing_of_the_dose_before() -> None:
    bench = infusing()
    bench.advance(20)
    bench.stop()
    bench.order()
    assert bench.shown["dose"]["given_high_mg"] == "0"
    assert bench.shown["volume"]["infused_nl"] == 0


def test_time_left_follows_the_rate_and_there_is_none_at_rest() -> None:
    assert infusing().shown["time_left_s"] == (17_500_000 - infusing().state.account.best_nl) * 3600 // RATE
    assert slowed().shown["time_left_s"] > 4_700
    assert paused().shown["time_left_s"] is None
    assert Bench().shown["time_left_s"] is None


def test_what_can_be_done_next_is_said_with_its_reasons() -> None:
    assert verified().shown["next"] == "A nurse may start"
    bench = paused()
    bench.cuff(125, 78)
    assert bench.shown["next"] == "A nurse may resume, at half the rate"
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=False, reason="refused"))
    assert bench.shown["next"] == "Before resume: no broker: refused"
    early = ordered()
    early.verify()
    assert early.shown["next"].startswith("Before start: no baseline")
    assert early.shown["start_blocked_by"]
    assert "repeated" in unconfirmed().shown["next"]
    assert infusing().shown["next"] == ""


def test_the_way_back_is_shown_beside_the_way_on() -> None:
    bench = resumed()
    shown = bench.shown
    assert (shown["can_resume"], shown["can_restore"]) == (False, True)
    assert shown["restore_blocked_by"] == ["resumed 120 s ago: half the rate for 300 s first"]
    assert [(one["source"], one["reason"]) for one in shown["binding"]] == [
        ("operator", "nobody has restored the prescribed rate yet")
    ]
    assert (infusing().shown["can_restore"], infusing().shown["restore_blocked_by"]) == (False, [])


def test_what_people_saw_stands_apart_from_what_monitors_measure() -> None:
    bench = infusing()
    bench.score(Signal.RASS, -1, by="omar")
    bench.advance(7)
    shown = bench.shown
    assert shown["observations"]["rass"] == {"value": -1, "age_ms": 7_000, "by": "omar"}
    assert not {"rass", "presence", "moaas"} & set(shown["vitals"])


def test_the_course_is_shown_in_seconds() -> None:
    bench = infusing()
    bench.advance(10)
    bench.pause()
    bench.advance(5)
    assert bench.shown["course"] == {"elapsed_s": 16, "planned_s": 2_405, "paused_s": 5}


def test_holds_findings_and_who_binds_are_listed() -> None:
    bench = slowed()
    bench.pause(by="omar")
    shown = bench.shown
    assert shown["holds"] == [{"source": "nurse", "reason": "paused by omar", "by": "omar"}]
    assert [(one["rule"], one["demand"]) for one in shown["findings"]] == [("BP2", "SLOW")]
    assert [one["source"] for one in shown["binding"]] == ["operator"]
    assert shown["can_resume"] is True


def test_what_a_resume_must_name_is_shown_and_moves_with_the_situation() -> None:
    bench = infusing()
    before = bench.shown["epoch"]
    bench.advance(5)
    assert bench.shown["epoch"] == before
    bench.pause()
    assert bench.shown["epoch"] == before + 1


def test_people_pump_and_alarms_are_shown() -> None:
    bench = infusing()
    bench.cuff(185, 95)
    shown = bench.shown
    assert shown["people"]["entered"] == "dora"
    assert (shown["people"]["verified"], shown["people"]["started"]) == ("nina", "nina")
    assert (shown["pump"]["link"], shown["pump"]["motion"]) == ("up", "halted")
    assert shown["alarms"][0]["rule"] == "BP3"
    assert no_pump().shown["pump"]["link"] == "down"


def test_a_baseline_is_offered_before_the_start_and_accepted_by_it() -> None:
    assert Bench().shown["baseline"] is None
    assert verified().shown["baseline"]["accepted"] is False
    assert infusing().shown["baseline"]["accepted"] is True


def test_the_wall_clock_is_for_people_and_changes_nothing_else() -> None:
    bench = infusing()
    one, other = (summarise(bench.state, bench.policy, wall_ms) for wall_ms in (0, 1_795_345_200_000))
    assert other.pop("wall_ms") == 1_795_345_200_000
    assert one.pop("wall_ms") == 0
    assert one == other


def test_a_rate_set_at_the_keypad_is_reported_as_the_pump_says_it() -> None:
    bench = infusing()
    bench.pump.ignores_halt = True
    bench.pump.key(Motion.INFUSING, 50 * ML)
    bench.report()
    assert bench.shown["rate"]["reported_nl_h"] == 50 * ML


def test_nothing_is_said_of_a_rate_while_the_pump_is_not_heard() -> None:
    """A zero that nobody reported would be a lie: within its lease the plunger may move."""
    bench = infusing()
    bench.link_down()
    assert bench.shown["rate"]["reported_nl_h"] is None
