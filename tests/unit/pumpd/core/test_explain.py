"""Why the rate was what it was: nothing that restricted is left out, nothing is reckoned differently."""

from dataclasses import replace
from typing import Any

from channel_bench import POLICY, Bench, infusing, make_verified

from interlocks.site_table import site_table
from pumpd.core.explain import explain

WALL_MS = 1_795_345_200_000


def explained(bench: Bench, seen_by: dict[str, str] | None = None) -> dict[str, Any]:
    return explain(bench.state, bench.policy, WALL_MS, seen_by)


def slowed() -> Bench:
    """A minute of flow, then 165/92."""
    bench = infusing()
    bench.advance(60)
    bench.cuff(165, 92)
    bench.advance(20)
    return bench


def test_at_the_prescribed_rate_the_programme_alone_holds_it_there() -> None:
    shown = explained(infusing())
    assert shown["word"] == "INFUSING"
    assert shown["rate"]["permitted_nl_h"] == shown["rate"]["reported_nl_h"] == 26_200_000
    assert shown["restrictions"] == [
        {
            "source": "programme",
            "hold": "",
            "ceiling_nl_h": 26_200_000,
            "reason": "prescribed rate",
            "rule": "",
            "binding": True,
        }
    ]
    assert shown["findings"] == shown["holds"] == shown["shadows"] == []


def test_every_restriction_is_told_and_the_binding_ones_are_those_of_the_permit() -> None:
    bench = slowed()
    shown = explained(bench)
    assert bench.state.permit is not None
    told = [
        (one["source"], one["rule"], one["ceiling_nl_h"], one["binding"]) for one in shown["restrictions"]
    ]
    assert told[:2] == [("programme", "", 26_200_000, False), ("interlock", "BP2", 13_100_000, True)]
    binding = [one["reason"] for one in shown["restrictions"] if one["binding"]]
    assert binding == [one.reason for one in bench.state.permit.binding]
    assert min(one["ceiling_nl_h"] for one in shown["restrictions"]) == shown["rate"]["permitted_nl_h"]


def test_a_row_in_force_is_told_with_hazard_source_since_when_and_its_samples_aged() -> None:
    (finding,) = explained(slowed())["findings"]
    assert (finding["rule"], finding["demand"], finding["priority"]) == ("BP2", "SLOW", "medium")
    assert finding["reason"] == "systolic 165 mmHg > 160 mmHg"
    assert finding["hazard"] == "hypertension under ketamine, absolute limit"
    assert finding["source"].startswith("facts/clinical.md 3.2 BP2")
    assert finding["since_wall_ms"] == WALL_MS - 20_000
    assert [(one["words"], one["value"], one["unit"]) for one in finding["evidence"]] == [
        ("systolic", 165.0, "mmHg"),
        ("diastolic", 92.0, "mmHg"),
    ]
    for sample in finding["evidence"]:
        assert (sample["age_ms"], sample["measured_wall_ms"]) == (20_000, WALL_MS - 20_000)
        assert sample["source"] == "monitor-1"
    assert not finding["releasable"]
    assert "systolic <= 150 mmHg (now 165 mmHg)" in finding["blocked_by"]


def test_who_has_acknowledged_is_told_from_the_alarm_while_it_stands() -> None:
    bench = slowed()
    (before,) = explained(bench)["findings"]
    assert (before["acknowledged"], before["acknowledged_by"]) == (False, "")
    bench.acknowledge("BP2", by="otto")
    (after,) = explained(bench)["findings"]
    assert (after["acknowledged"], after["acknowledged_by"]) == (True, "otto")


def test_who_has_acknowledged_is_told_from_the_record_when_the_alarm_is_gone() -> None:
    bench = slowed()
    bench.acknowledge("BP2", by="otto")
    bench.state = replace(bench.state, alarms=())
    for seen_by, name in (({"BP2": "otto"}, "otto"), ({"": "nina"}, "nina"), ({"LP1": "nina"}, ""), ({}, "")):
        (finding,) = explained(bench, seen_by)["findings"]
        assert finding["acknowledged_by"] == name


def test_a_hold_is_told_with_who_set_it_and_when() -> None:
    bench = infusing()
    bench.pause("otto")
    bench.advance(5)
    shown = explained(bench)
    assert shown["holds"] == [
        {"kind": "nurse", "reason": "paused by otto", "by": "otto", "since_wall_ms": WALL_MS - 5_000}
    ]
    (hold,) = [one for one in shown["restrictions"] if one["binding"]]
    assert (hold["source"], hold["hold"], hold["ceiling_nl_h"]) == ("operator", "pause", 0)


def test_a_shadow_row_is_told_apart_and_restricts_nothing() -> None:
    policy = replace(POLICY, rules=site_table({}, {"systolic_slow_mmhg": 150}))
    bench = make_verified(Bench(policy))
    bench.start()
    bench.advance(60)
    bench.cuff(155, 85)
    bench.advance(5)
    shown = explained(bench)
    assert shown["shadows"] == [{"rule": "BP2~", "demand": "SLOW", "reason": "systolic 155 mmHg > 150 mmHg"}]
    assert shown["findings"] == []
    assert shown["rate"]["permitted_nl_h"] == 26_200_000


def test_without_a_session_the_phase_is_the_reason() -> None:
    shown = explained(Bench())
    assert [(one["hold"], one["reason"], one["binding"]) for one in shown["restrictions"]] == [
        ("pause", "no order", True)
    ]
    assert shown["word"] == "NO ORDER"


def test_a_slowed_rate_is_told_with_what_blocks_its_restoring() -> None:
    bench = slowed()
    shown = explained(bench)
    assert shown["restore_blocked_by"] == bench.shown["restore_blocked_by"]
    assert any(one.startswith("BP2: ") for one in shown["restore_blocked_by"])
    assert shown["resume_blocked_by"] == []


def test_a_row_that_came_back_tells_when_it_came_back() -> None:
    bench = slowed()
    assert explained(bench)["findings"][0]["again_wall_ms"] is None
    for _ in range(2):
        bench.advance(150)
        bench.cuff(140, 85)
    bench.advance(60)
    bench.cuff(167, 92)
    bench.advance(20)
    finding = next(one for one in explained(bench)["findings"] if one["rule"] == "BP2")
    assert finding["reason"] == "systolic 167 mmHg > 160 mmHg"
    assert finding["again_wall_ms"] == WALL_MS - 20_000
    assert finding["since_wall_ms"] == WALL_MS - 400_000
