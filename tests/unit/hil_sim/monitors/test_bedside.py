"""Both devices without a wire: what is said when, by whom, with which number."""

import json
from dataclasses import replace
from typing import Any

import pytest

from hil_sim.fittings import Fittings
from hil_sim.monitors.bedside import (
    AIR_SENSOR,
    BUTTON,
    MONITOR,
    TRANSDUCER,
    Bedside,
    Fitted,
    MonitorSettings,
    Post,
    Seen,
    boot_id,
)
from hil_sim.monitors.faults import Params
from hil_sim.parts import Vitals

TRUTH = Vitals(sys=125.0, dia=78.0, map=93.7, hr=72.0, spo2=97.0, c_ven_ng_ml=0.0, c_art_ng_ml=0.0)
SEEN = Seen(TRUTH, 31.0)
EXACT = MonitorSettings(
    nibp_error_sd_mmhg=0.0,
    nibp_failure_share=0.0,
    nibp_artefact_share=0.0,
    hr_error_sd_bpm=0.0,
    spo2_error_sd=0.0,
    rr_error_sd=0.0,
    line_noise_sd_mmhg=0.0,
)
ALL_FITTED = Fitted(air_sensor=True, button=True, respiration=True)
WALL_MS = 1_795_345_200_000


def bedside(
    settings: MonitorSettings = EXACT, speed: float = 1.0, seed: int = 1, fitted: Fitted | None = None
) -> Bedside:
    return Bedside("tok-4711", settings, speed, seed, WALL_MS, fitted)


def run(
    bed: Bedside,
    until_s: float,
    start_s: float = 0.0,
    step_s: float = 0.05,
    active: dict[str, Params] | None = None,
    seen: Seen = SEEN,
) -> list[tuple[Post, dict[str, Any]]]:
    """Look every `step_s` and return what was said."""
    out = []
    for step in range(round((until_s - start_s) / step_s)):
        now_s = start_s + step * step_s
        for post in bed.poll(now_s, WALL_MS + round(now_s * 1000), seen, active or {}):
            out.append((post, json.loads(post.body)))
    return out


def names(said: list[tuple[Post, dict[str, Any]]], name: str) -> list[tuple[Post, dict[str, Any]]]:
    return [entry for entry in said if entry[1]["values"][0]["name"] == name]


def cuff_messages(said: list[tuple[Post, dict[str, Any]]]) -> list[tuple[Post, dict[str, Any]]]:
    return names(said, "MDC_PRESS_BLD_NONINV_SYS")


def test_a_minute_holds_one_cuff_reading_sixty_pulses_and_six_hundred_pressures() -> None:
    said = run(bedside(), 60.0)
    counts = [len(names(said, name)) for name in ("MDC_PULS_OXIM_PULS_RATE", "X_PRESS_INFUSION_LINE")]
    assert counts == [60, 600]
    assert len(cuff_messages(said)) == 1


def test_the_cuff_reading_is_confirmed_delivery_and_stamped_at_the_end_of_its_cycle() -> None:
    ((post, body),) = cuff_messages(run(bedside(), 60.0, step_s=0.4))
    assert (post.device, post.qos, body["measured_at_ms"]) == (MONITOR, 1, WALL_MS + 35_000)
    assert [value["value"] for value in body["values"]] == [125, 78, 94, 72]


def test_a_cuff_that_does_not_say_its_pulse_says_three_numbers() -> None:
    ((_, body),) = cuff_messages(run(bedside(fitted=Fitted(cuff_pulse=False)), 60.0))
    assert [value["value"] for value in body["values"]] == [125, 78, 94]


def test_fitted_devices_speak_for_themselves_at_their_own_pace() -> None:
    """clinical.md 3.2, AI1, BT1, RR2: 10 Hz, 1 Hz and 1 Hz."""
    said = run(bedside(fitted=ALL_FITTED), 10.0)
    counts = {
        (post.device, body["values"][0]["name"]): len(names(said, body["values"][0]["name"]))
        for post, body in said
    }
    assert counts[AIR_SENSOR, "X_AIR_BUBBLE"] == 100
    assert counts[BUTTON, "X_BEDSIDE_BUTTON"] == 10
    assert counts[MONITOR, "MDC_RESP_RATE"] == 10


def test_devices_that_are_not_fitted_say_nothing() -> None:
    assert {post.device for post, _ in run(bedside(), 10.0)} == {MONITOR, TRANSDUCER}


def test_a_bubble_and_a_press_are_seen() -> None:
    fittings = Fittings()
    fittings.air.enter(60.0, 0.0, 0.0)
    fittings.press()
    said = run(bedside(fitted=ALL_FITTED), 0.05, seen=Seen(TRUTH, 31.0, fittings=fittings))
    shown = {value["name"]: value["value"] for _, body in said for value in body["values"]}
    assert (shown["X_AIR_BUBBLE"], shown["X_AIR_15MIN"], shown["X_BEDSIDE_BUTTON"]) == (60.0, 0.06, 1)


def test_a_press_between_two_looks_keeps_its_order_in_time() -> None:
    """A value measured at the same millisecond as the last one would be refused as no news."""
    bed, fittings = bedside(fitted=Fitted(button=True)), Fittings()
    seen = Seen(TRUTH, 31.0, fittings=fittings)
    before = run(bed, 0.5, seen=seen)
    fittings.press()
    fittings.release()
    said = names(before + run(bed, 0.6, start_s=0.5, seen=seen), "X_BEDSIDE_BUTTON")
    assert [body["values"][0]["value"] for _, body in said] == [0, 1, 0]
    assert [body["measured_at_ms"] - WALL_MS for _, body in said] == [0, 499, 500]
    assert [body["seq"] for _, body in said] == [1, 2, 3]


def test_a_finger_below_the_tight_cuff_holds_ten_seconds_and_drops_out() -> None:
    """clinical.md 4, same-limb cuff; the 10 s are Nonin's."""
    bed = bedside()
    run(bed, 2.0)
    tight = Seen(TRUTH, 31.0, is_finger_bloodless=True)
    said = names(run(bed, 32.0, start_s=2.0, seen=tight), "MDC_PULS_OXIM_PULS_RATE")
    shown = [(body["values"][0]["quality"], body["values"][0]["value"]) for _, body in said]
    assert shown == [("ok", 72)] * 10 + [("bad", None)] * 20


def test_an_artefact_scales_the_reading_and_a_miscount_only_the_pulse() -> None:
    """clinical.md 4: more than 30 % off is suspect; another pulse than the probe's is refused."""
    active: dict[str, Params] = {"cuff_artefact": {"factor": 1.4}, "cuff_pulse_off": {"bpm": 45.0}}
    ((_, body),) = cuff_messages(run(bedside(), 60.0, active=active))
    assert [value["value"] for value in body["values"]] == [175, 109, 131, 117]


def test_motion_shakes_the_pulse_out_and_fails_the_cuff() -> None:
    """Faults row 65; clinical.md 4, motion."""
    said = run(bedside(), 79.0, active={"motion": {}})
    ((_, cuff),) = cuff_messages(said)
    assert {value["quality"] for value in cuff["values"]} == {"bad"}
    beats = [body["values"][0]["value"] for _, body in names(said, "MDC_PULS_OXIM_PULS_RATE")]
    shown = [value for value in beats if value is not None]
    assert min(shown) >= 72
    assert max(shown) > 110


def test_a_patient_who_moves_spoils_probe_and_cuff_without_any_fault_of_the_monitor() -> None:
    """clinical.md 6.2, "vomiting with motion"."""
    said = run(bedside(), 79.0, seen=replace(SEEN, truth=replace(TRUTH, is_shaking=True)))
    assert {value["quality"] for value in cuff_messages(said)[0][1]["values"]} == {"bad"}
    beats = [body["values"][0]["value"] for _, body in names(said, "MDC_PULS_OXIM_PULS_RATE")]
    assert max(value for value in beats if value is not None) > 110


def test_a_transducer_shows_the_same_tenth_for_a_minute_only_if_it_hangs() -> None:
    """Faults row 54: the default sensor's last digit moves."""
    said = names(run(bedside(MonitorSettings()), 60.0), "X_PRESS_INFUSION_LINE")
    assert len({body["values"][0]["value"] for _, body in said}) > 10


def test_fast_streams_are_fire_and_forget_from_their_own_devices() -> None:
    said = run(bedside(), 3.0)
    assert {(post.device, post.qos) for post, _ in said} == {(MONITOR, 0), (TRANSDUCER, 0)}


def test_each_device_numbers_all_its_messages_in_one_row() -> None:
    said = run(bedside(), 40.0)
    for device in (MONITOR, TRANSDUCER):
        numbers = [body["seq"] for post, body in said if post.device == device]
        assert numbers == list(range(1, len(numbers) + 1))


def test_the_fast_streams_say_while_the_cuff_is_tight_that_it_is() -> None:
    said = names(run(bedside(), 40.0), "MDC_PULS_OXIM_PULS_RATE")
    tight = [body["measured_at_ms"] - WALL_MS for _, body in said if body["cuff_active"]]
    assert (min(tight), max(tight)) == (5_000, 34_000)


def test_somebody_elses_cuff_is_reported_too() -> None:
    said = run(bedside(), 2.0, seen=Seen(TRUTH, 31.0, is_other_cuff_tight=True))
    assert {body["cuff_active"] for post, body in said if post.device == MONITOR} == {True}


def test_a_request_produces_an_extra_reading() -> None:
    bed = bedside()
    run(bed, 40.0)
    bed.request_nibp(40.0)
    assert len(cuff_messages(run(bed, 79.0, start_s=40.0))) == 1


def test_at_speed_sixty_no_stream_is_faster_than_fifty_a_real_second() -> None:
    said = run(bedside(speed=60.0), 60.0)
    assert len(names(said, "X_PRESS_INFUSION_LINE")) == 50


def test_the_same_seed_says_the_same_and_another_does_not() -> None:
    noisy = MonitorSettings()
    bodies = [[post.body for post, _ in run(bedside(noisy, seed=seed), 120.0)] for seed in (7, 7, 8)]
    assert bodies[0] == bodies[1] != bodies[2]


def test_a_cuff_that_fails_says_bad_and_null() -> None:
    """Faults row 65."""
    ((_, body),) = cuff_messages(run(bedside(), 79.0, active={"cuff_fail": {}}))
    assert {(value["value"], value["quality"]) for value in body["values"]} == {(None, "bad")}


def test_a_probe_off_turns_bad_after_ten_seconds() -> None:
    """Faults row 65."""
    bed = bedside()
    run(bed, 2.0)
    said = names(run(bed, 20.0, start_s=2.0, active={"probe_off": {}}), "MDC_PULS_OXIM_PULS_RATE")
    qualities = [body["values"][0]["quality"] for _, body in said]
    assert qualities == ["ok"] * 10 + ["bad"] * 8


def test_a_restarted_monitor_has_a_new_boot_and_counts_from_one_once() -> None:
    """Faults row 62."""
    bed = bedside()
    before = run(bed, 2.0)
    after = [
        body
        for post, body in run(bed, 5.0, start_s=2.0, active={"boot_change": {}})
        if post.device == MONITOR
    ]
    assert [body["seq"] for body in after] == [1, 2, 3]
    assert {body["boot"] for body in after}.isdisjoint({body["boot"] for _, body in before})


def test_a_late_message_arrives_late_with_its_honest_stamp() -> None:
    """Faults row 55."""
    bed = bedside()
    said = run(bed, 12.0, active={"late": {"s": 10.0, "only": "oximeter"}})
    late = names(said, "MDC_PULS_OXIM_PULS_RATE")
    assert [body["measured_at_ms"] - WALL_MS for _, body in late] == [0, 1000]


def test_boots_differ_by_the_instant_of_the_start() -> None:
    assert boot_id(WALL_MS) != boot_id(WALL_MS + 1)
    assert boot_id(0) == "0"
    assert boot_id(35) == "z"


@pytest.mark.parametrize("bad", [{"nibp_period_s": 10.0}, {"nibp_failure_share": 1.1}])
def test_settings_no_cuff_can_have_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        MonitorSettings(**bad)  # type: ignore[arg-type]
