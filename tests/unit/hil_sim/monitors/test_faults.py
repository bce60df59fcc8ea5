"""Each monitor fault does to the message exactly what it says, and can be limited to one stream."""

import json
from typing import Any

import pytest

from hil_sim.monitors.faults import DEVICE_FAULTS, MONITOR_FAULTS, FaultStage, Params
from hil_sim.monitors.payload import (
    Message,
    air_values,
    button_values,
    nibp_values,
    oximeter_values,
    respiration_values,
)


def nibp(seq: int = 1, sys: int = 128) -> Message:
    return Message("monitor-1", "k3f9", seq, "tok-4711", 1_000_000, nibp_values(sys, 80, 96))


def spoiled(name: str, params: Params | None = None) -> bytes:
    (out,) = FaultStage().apply("nibp", nibp(), {name: params or {}})
    return out.body


def first(name: str, params: Params | None = None) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(spoiled(name, params))["values"][0]
    return value


def test_without_faults_the_message_passes_unchanged() -> None:
    (out,) = FaultStage().apply("nibp", nibp(), {})
    assert json.loads(out.body)["values"][0]["value"] == 128
    assert (out.retain, out.delay_s) == (False, 0.0)


def test_silent_says_nothing() -> None:
    """Faults row 53."""
    assert FaultStage().apply("nibp", nibp(), {"silent": {}}) == []


def test_frozen_keeps_the_value_and_renews_the_number_until_it_ends() -> None:
    """Faults row 54."""
    stage = FaultStage()
    stage.apply("nibp", nibp(1, 128), {"frozen": {}})
    (second,) = stage.apply("nibp", nibp(2, 170), {"frozen": {}})
    (third,) = stage.apply("nibp", nibp(3, 170), {})
    shown = [
        (json.loads(out.body)["seq"], json.loads(out.body)["values"][0]["value"]) for out in (second, third)
    ]
    assert shown == [(2, 128), (3, 170)]


def test_retained_sets_the_flag_and_late_waits_with_an_honest_stamp() -> None:
    """Faults rows 46 and 55."""
    (kept,) = FaultStage().apply("nibp", nibp(), {"retained": {}})
    (late,) = FaultStage().apply("nibp", nibp(), {"late": {"s": 45.0}})
    assert kept.retain
    assert late.delay_s == 45.0
    assert json.loads(late.body)["measured_at_ms"] == 1_000_000


def test_duplicate_says_it_twice() -> None:
    """Faults row 48."""
    one, two = FaultStage().apply("nibp", nibp(), {"duplicate": {}})
    assert one == two


def test_reorder_swaps_pairs_and_lets_the_last_go_when_it_ends() -> None:
    """Faults row 55."""
    stage = FaultStage()
    seen = []
    for seq in (1, 2, 3):
        seen += [json.loads(out.body)["seq"] for out in stage.apply("nibp", nibp(seq), {"reorder": {}})]
    seen += [json.loads(out.body)["seq"] for out in stage.apply("nibp", nibp(4), {})]
    assert seen == [2, 1, 4, 3]


def test_future_moves_the_stamp_either_way() -> None:
    """Faults row 64."""
    assert json.loads(spoiled("future", {"s": 5.0}))["measured_at_ms"] == 1_005_000
    assert json.loads(spoiled("future", {"s": -5.0}))["measured_at_ms"] == 995_000


def test_units_vanish_or_change_with_their_number() -> None:
    """Faults row 60."""
    assert "unit" not in first("no_unit")
    assert first("wrong_unit")["unit"] == "kPa"
    assert first("wrong_unit")["value"] == pytest.approx(17.07, abs=0.01)


def test_saturation_in_another_unit_is_a_fraction() -> None:
    message = Message("monitor-1", "b", 1, "p", 0, oximeter_values(72, 97, is_ok=True))
    (out,) = FaultStage().apply("oximeter", message, {"wrong_unit": {}})
    assert [(each["value"], each["unit"]) for each in json.loads(out.body)["values"]] == [
        (1.2, "Hz"),
        (0.97, "1"),
    ]


def test_every_unit_in_use_has_another() -> None:
    """Faults row 60, for the devices that came later too."""
    values = (*respiration_values(14, 2.0), *air_values(60.0, 0.06), *button_values(True))
    message = Message("m", "b", 1, "p", 0, values)
    (out,) = FaultStage().apply("air", message, {"wrong_unit": {}})
    shown = {each["name"]: (each["value"], each["unit"]) for each in json.loads(out.body)["values"]}
    assert shown == {
        "MDC_RESP_RATE": (0.2333, "Hz"),
        "X_TIME_SINCE_BREATH": (2000.0, "ms"),
        "X_AIR_BUBBLE": (0.06, "mL"),
        "X_AIR_15MIN": (60.0, "uL"),
        "X_BEDSIDE_BUTTON": (100.0, "%"),
    }


def test_wrong_patient_carries_another_token() -> None:
    """Faults row 61."""
    assert json.loads(spoiled("wrong_patient"))["patient"] == "tok-other"
    assert json.loads(spoiled("wrong_patient", {"patient": "tok-9"}))["patient"] == "tok-9"


def test_numbers_that_are_none_of_the_kind() -> None:
    """Faults rows 56 to 58."""
    assert b'"value":NaN' in spoiled("nan")
    assert b'"value":1e999' in spoiled("infinity")
    assert first("huge")["value"] == 99999.0
    assert first("huge", {"value": 400.0})["value"] == 400.0
    assert first("negative")["value"] == -129.0
    assert first("boolean")["value"] is True
    assert first("string_value")["value"] == "128"


def test_a_dash_stays_a_dash() -> None:
    message = Message("monitor-1", "b", 1, "p", 0, nibp_values(None, None, None))
    (out,) = FaultStage().apply("nibp", message, {"huge": {}})
    assert json.loads(out.body)["values"][0]["value"] is None


def test_half_a_message_is_not_json() -> None:
    """Faults row 59."""
    with pytest.raises(json.JSONDecodeError):
        json.loads(spoiled("not_json"))


def test_deep_fits_the_size_limit_and_oversized_does_not() -> None:
    """Faults row 59: depth must be refused on its own account, size on its own."""
    assert spoiled("deep").startswith(b"[[[[")
    assert len(spoiled("deep")) <= 4096
    assert len(spoiled("oversized")) == 8192
    assert json.loads(spoiled("oversized"))["seq"] == 1


def test_duplicate_keys_put_a_harmless_number_before_the_true_one() -> None:
    """Faults row 58."""
    pairs: list[list[tuple[str, Any]]] = []
    json.loads(spoiled("duplicate_keys"), object_pairs_hook=lambda found: pairs.append(found))
    assert [key for key, _ in pairs[0]].count("value") == 2


def test_a_fault_limited_to_another_stream_does_nothing_here() -> None:
    (out,) = FaultStage().apply("nibp", nibp(), {"silent": {"only": "oximeter"}, "nan": {"only": "all"}})
    assert b"NaN" in out.body


def test_a_second_monitor_speaks_under_the_same_name_with_a_boot_of_its_own() -> None:
    """Faults row 62."""
    one, other = (json.loads(out.body) for out in FaultStage().apply("nibp", nibp(), {"second_monitor": {}}))
    assert (one["device"], one["boot"]) == ("monitor-1", "k3f9")
    assert (other["device"], other["boot"], other["seq"]) == ("monitor-1", "k3f9-2", 1)
    assert other["measured_at_ms"] > one["measured_at_ms"]
    assert FaultStage().apply("nibp", nibp(), {"second_monitor": {}, "silent": {}}) == []


def test_faults_combine() -> None:
    outs = FaultStage().apply("nibp", nibp(), {"future": {"s": 1.0}, "no_unit": {}, "duplicate": {}})
    assert len(outs) == 2
    body = json.loads(outs[0].body)
    assert (body["measured_at_ms"], "unit" in body["values"][0]) == (1_001_000, False)


@pytest.mark.parametrize("name", sorted(set(MONITOR_FAULTS) - DEVICE_FAULTS))
def test_every_message_fault_changes_what_is_published(name: str) -> None:
    """A listed fault that does nothing would make a test that cannot fail."""
    stage, honest = FaultStage(), FaultStage()
    active: dict[str, Params] = {name: MONITOR_FAULTS[name].params}
    seen, expected = [], []
    for seq, sys in ((1, 128), (2, 140)):
        seen.append(stage.apply("nibp", nibp(seq, sys), active))
        expected.append(honest.apply("nibp", nibp(seq, sys), {}))
    assert seen != expected


def test_every_fault_is_described_with_its_row() -> None:
    assert all(fault.what and int(fault.row) for fault in MONITOR_FAULTS.values())
    assert len(MONITOR_FAULTS) == 27
