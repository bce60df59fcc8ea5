"""Two independent writings of the vitals payload meet: what the simulated bedside says, the daemon's feed reads.

Law 11: the simulator shares no code with production, so only a test can hold them to the same words.
"""

import pytest

from hil_sim.fittings import Fittings
from hil_sim.monitors.bedside import Bedside, Fitted, MonitorSettings, Seen
from hil_sim.monitors.faults import Params
from hil_sim.parts import Vitals
from interlocks.vocabulary import ENTERED, Sample, Signal, Stamp
from pumpd.shell.feeds.arrivals import RejectReason, SampleRefused, SamplesArrived
from pumpd.shell.feeds.routing import BedBinding, Router

WALL_MS = 1_795_345_200_000
TRUTH = Vitals(sys=125.0, dia=78.0, map=93.7, hr=72.0, spo2=97.0)
ALL = Fitted(air_sensor=True, button=True, respiration=True)
STEADY = MonitorSettings(nibp_error_sd_mmhg=1.0, nibp_failure_share=0.0, nibp_artefact_share=0.0)


class OneClock:
    """Treatment time 0 is WALL_MS for both sides."""

    def stamp(self) -> Stamp:
        return Stamp(0, 0)

    def to_ms(self, wall_treatment_ms: int, /) -> int:
        return wall_treatment_ms - WALL_MS


def hear(
    seconds: float, active: dict[str, Params] | None = None, from_s: float = 0.0
) -> tuple[dict[Signal, list[Sample]], list[SampleRefused], list[bool]]:
    """All samples by signal, all refusals, and what was said of the cuff; faults begin at `from_s`."""
    bed = Bedside("tok-1", STEADY, 1.0, 1, WALL_MS, ALL)
    router = Router((BedBinding("bed-1", lambda _bed: "tok-1", frozenset(ALL.names())),), OneClock())
    fittings = Fittings()
    samples: dict[Signal, list[Sample]] = {}
    refusals: list[SampleRefused] = []
    cuff: list[bool] = []
    for tick in range(round(seconds * 50)):
        now_ms = tick * 20
        if tick == 50:
            fittings.press()
            fittings.air.enter(60.0, tick / 50, 0.0)
        faults = active if active is not None and now_ms >= from_s * 1000 else {}
        for post in bed.poll(now_ms / 1000, WALL_MS + now_ms, Seen(TRUTH, 17.6, fittings=fittings), faults):
            topic = f"pumpd/v1/vitals/bed-1/{post.device}"
            for one in router.route(topic, post.body, is_retained=False, received=Stamp(now_ms, now_ms)):
                if isinstance(one, SamplesArrived):
                    cuff += [] if one.cuff_active is None else [one.cuff_active]
                    for sample in one.samples:
                        samples.setdefault(sample.signal, []).append(sample)
                elif isinstance(one, SampleRefused):
                    refusals.append(one)
    return samples, refusals, cuff


def test_every_honest_message_is_read_and_every_measured_signal_is_said() -> None:
    samples, refusals, cuff = hear(120.0)
    assert refusals == []
    assert set(samples) == set(Signal) - set(ENTERED)
    tops = [max(one.value for one in samples[signal]) for signal in (Signal.BUTTON, Signal.AIR_BUBBLE)]
    assert tops == [1.0, 60.0]
    assert len(samples[Signal.SYS]) == 2
    assert set(cuff) == {True, False}


@pytest.mark.parametrize(
    ("name", "params", "reason", "signal"),
    [
        ("cuff_pulse_off", {"bpm": 45.0}, RejectReason.PULSE_MISMATCH, Signal.SYS),
        ("cuff_fail", {}, RejectReason.BAD_QUALITY, Signal.SYS),
        ("probe_off", {}, RejectReason.BAD_QUALITY, Signal.SPO2),
        ("frozen", {"only": "pressure"}, RejectReason.FROZEN, Signal.LINE_PRESSURE),
        ("no_unit", {"only": "button"}, RejectReason.WRONG_UNIT, Signal.BUTTON),
        ("negative", {"only": "air"}, RejectReason.IMPLAUSIBLE, Signal.AIR_BUBBLE),
        ("nan", {"only": "respiration"}, RejectReason.BAD_NUMBER, None),
    ],
)
def test_what_an_injected_fault_says_is_refused_for_its_reason(
    name: str, params: Params, reason: RejectReason, signal: Signal | None
) -> None:
    """Rows 54, 56, 57, 60, 65; clinical.md 4."""
    _, refusals, _ = hear(120.0, {name: params})
    assert {refusal.reason for refusal in refusals} == {reason}
    assert signal is None or all(signal in refusal.signals for refusal in refusals)


@pytest.mark.parametrize(
    ("stream", "seconds", "signals"),
    [("oximeter", 301.0, (Signal.HR, Signal.SPO2)), ("nibp", 412.0, (Signal.SYS, Signal.DIA, Signal.MAP))],
)
def test_row_54_a_pulse_and_a_cuff_that_hang_are_refused_after_five_minutes_and_at_the_third_reading(
    stream: str, seconds: float, signals: tuple[Signal, ...]
) -> None:
    samples, refusals, _ = hear(seconds, {"frozen": {"only": stream}})
    assert {(one.reason, one.signals) for one in refusals} == {(RejectReason.FROZEN, signals)}
    assert len({one.value for one in samples[signals[0]]}) == 1


def test_row_62_a_second_monitor_under_one_name_is_found_out_and_none_of_the_two_is_believed() -> None:
    """The first moments look like a restart; from the third second on nothing of either counts."""
    samples, refusals, _ = hear(20.0, {"second_monitor": {"only": "oximeter"}})
    assert {one.reason for one in refusals} == {RejectReason.OLD_BOOT, RejectReason.TWO_MONITORS}
    first_ms = min(one.received.ms for one in refusals if one.reason is RejectReason.TWO_MONITORS)
    assert first_ms <= 4_000
    assert max(one.received.ms for one in samples[Signal.SPO2]) <= first_ms
    assert max(one.received.ms for one in samples[Signal.LINE_PRESSURE]) > 19_000, "another device"


def test_an_artefact_is_read_and_marked_as_suspect_by_its_leap() -> None:
    """clinical.md 4: more than 30 % from the last; 125 and then 1.4 x 125 = 175."""
    samples, refusals, _ = hear(120.0, {"cuff_artefact": {"factor": 1.4}}, from_s=60.0)
    assert refusals == []
    shown = [(round(one.value / 25.0) * 25, one.is_suspect) for one in samples[Signal.SYS]]
    assert shown == [(125, False), (175, True)]
