"""Freshness and identity of a message, every limit from both sides (R113, facts/faults.md rows 46-66)."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vitals_payloads import encode, vitals

from interlocks.vocabulary import Signal, Stamp
from pumpd.shell.feeds import admission
from pumpd.shell.feeds.admission import Admission, Admitted
from pumpd.shell.feeds.arrivals import Rejected, RejectReason
from pumpd.shell.feeds.native import parse
from pumpd.shell.feeds.parsed import Parsed, Reading

NOW = Stamp(1_000_000, 900_000)


class Bed:
    """One admission gate with one monitor; `offer` says what became of a message."""

    def __init__(self) -> None:
        self.gate = Admission(frozenset({"monitor-1", "line-1"}))

    def offer(
        self,
        seq: int = 1,
        *,
        measured_ms: int = NOW.ms,
        boot: str = "b1",
        device: str = "monitor-1",
        topic_device: str | None = None,
        patient: str | None = "tok-1",
        token: str = "tok-1",
        received: Stamp = NOW,
        bad: tuple[str, ...] = (),
        cuff_active: bool | None = None,
        **values: float,
    ) -> Admitted | Rejected:
        message = vitals(seq, max(0, measured_ms), bad=bad, **values)
        message |= {"boot": boot, "device": device, "patient": token}
        if cuff_active is not None:
            message["cuff_active"] = cuff_active
        parsed = parse(encode(message))
        assert isinstance(parsed, Parsed), parsed
        verdict = self.gate.decide(
            parsed,
            topic_device=topic_device or device,
            patient=patient,
            measured_ms=measured_ms,
            received=received,
        )
        if isinstance(verdict, Rejected):
            self.gate.refused(topic_device or device, verdict)
        return verdict


def word(verdict: Admitted | Rejected) -> str:
    return verdict.reason.value if isinstance(verdict, Rejected) else "admitted"


def samples(verdict: Admitted | Rejected) -> dict[Signal, float]:
    assert isinstance(verdict, Admitted), verdict
    return {sample.signal: sample.value for sample in verdict.samples}


def test_a_good_message_becomes_stamped_samples() -> None:
    verdict = Bed().offer(7, measured_ms=NOW.ms - 300, hr=70, spo2=97)
    assert isinstance(verdict, Admitted)
    heart = verdict.samples[0]
    assert (heart.signal, heart.value, heart.measured_ms, heart.received, heart.source, heart.seq) == (
        Signal.HR,
        70.0,
        NOW.ms - 300,
        NOW,
        "monitor-1",
        7,
    )
    assert not heart.is_suspect


@pytest.mark.parametrize(
    ("age_ms", "values", "expected"),
    [
        (-2_000, {"hr": 70}, "admitted"),
        (-2_001, {"hr": 70}, "future"),
        (-3_600_000, {"hr": 70}, "future"),
        (5_000, {"hr": 70}, "admitted"),
        (5_001, {"hr": 70}, "late"),
        (5_001, {"line_pressure": 70}, "late"),
        (3_600_000, {"hr": 70}, "late"),
        (120_000, {"sys": 120, "dia": 80}, "admitted"),
        (120_001, {"sys": 120, "dia": 80}, "late"),
        (-2_001, {"sys": 120, "dia": 80}, "future"),
        (5_001, {"sys": 120, "dia": 80, "hr": 70}, "late"),
    ],
)
def test_the_age_limits_from_both_sides(age_ms: int, values: dict[str, float], expected: str) -> None:
    """Row 64, clinical.md 4; a message with one stamp obeys its strictest signal."""
    assert word(Bed().offer(measured_ms=NOW.ms - age_ms, **values)) == expected


def test_a_redelivered_message_changes_nothing_and_is_no_failed_reading() -> None:
    """Row 48, I24."""
    bed = Bed()
    assert word(bed.offer(5, hr=70)) == "admitted"
    for _ in range(5):
        assert word(bed.offer(5, hr=70)) == "duplicate"
    assert bed.gate.rejects_in_a_row(Signal.HR) == 0
    assert bed.gate.counters["monitor-1", RejectReason.DUPLICATE] == 5


def test_an_older_message_is_dropped() -> None:
    """Row 55."""
    bed = Bed()
    bed.offer(5, hr=70)
    assert word(bed.offer(4, measured_ms=NOW.ms + 1, hr=60)) == "reordered"
    assert samples(bed.offer(9, measured_ms=NOW.ms + 2, hr=80)) == {Signal.HR: 80.0}


def test_a_new_boot_is_accepted_once_and_an_earlier_one_never_again() -> None:
    """Row 62: two monitors with one name interleave their boots."""
    bed = Bed()
    assert word(bed.offer(900, boot="b1", hr=70)) == "admitted"
    assert word(bed.offer(1, boot="b2", measured_ms=NOW.ms + 1, hr=71)) == "admitted"
    assert word(bed.offer(901, boot="b1", measured_ms=NOW.ms + 2, hr=72)) == "old_boot"
    assert word(bed.offer(2, boot="b2", measured_ms=NOW.ms + 3, hr=73)) == "admitted"


def speak(bed: Bed, boot: str, second: int, *, seq: int | None = None, lead_ms: int = 0) -> str:
    """One message of a boot at that second; its number is the second's, if not said otherwise."""
    at = Stamp(NOW.ms + second * 1000, NOW.link_ms + second * 1000)
    number = second if seq is None else seq
    return word(bed.offer(number, boot=boot, measured_ms=at.ms + lead_ms, received=at, hr=70 + second % 3))


def test_row_62_two_boots_that_both_go_on_measuring_are_two_monitors_and_neither_is_believed() -> None:
    """I16: the later one does not silence the earlier; both are refused from then on."""
    bed = Bed()
    assert [speak(bed, "b1", n) for n in (1, 2)] == ["admitted"] * 2
    assert speak(bed, "b2", 3) == "admitted", "a restart, as far as one can tell"
    assert speak(bed, "b1", 4) == "old_boot", "it may have been on its way"
    assert speak(bed, "b2", 5) == "admitted"
    assert speak(bed, "b1", 6) == "two_monitors"
    assert {speak(bed, boot, n) for n in range(7, 100) for boot in ("b1", "b2")} == {"two_monitors"}


def test_row_62_what_was_measured_before_the_restart_and_comes_late_is_no_second_monitor() -> None:
    bed = Bed()
    speak(bed, "b1", 1)
    speak(bed, "b2", 10)
    late = Stamp(NOW.ms + 13_000, NOW.link_ms + 13_000)
    for measured_ms in (NOW.ms + 9_000, NOW.ms + 12_000):  # a clock may run ahead by two seconds
        assert word(bed.offer(2, boot="b1", measured_ms=measured_ms, received=late, hr=70)) == "old_boot"
    assert speak(bed, "b2", 14) == "admitted"
    assert word(bed.offer(2, boot="b1", measured_ms=NOW.ms + 12_001, received=late, hr=70)) == "two_monitors"


@pytest.mark.parametrize(("stays", "goes"), [("b1", "b2"), ("b2", "b1")])
def test_row_62_the_name_is_free_again_when_one_of_two_has_fallen_silent_for_a_minute(
    stays: str, goes: str
) -> None:
    bed = Bed()
    assert [speak(bed, boot, n) for n, boot in enumerate(("b1", "b2", "b2", "b2", "b1"))][
        -1
    ] == "two_monitors"
    assert speak(bed, goes, 10) == "two_monitors"
    assert {speak(bed, stays, n) for n in range(11, 71)} == {"two_monitors"}
    assert {speak(bed, stays, n) for n in range(71, 90)} == {"admitted"}
    assert speak(bed, goes, 90) == "two_monitors"


def test_row_62_a_sender_without_numbers_has_no_boot_to_contend_with() -> None:
    """A gateway's samples are ordered by their stamps alone; two under one topic cannot be told apart."""
    bed = Bed()
    for second in range(5):
        at = NOW.ms + second * 1000
        parsed = Parsed("monitor-1", "", None, None, at, (Reading(Signal.HR, 70.0 + second, "", "ok"),), None)
        verdict = bed.gate.decide(
            parsed, topic_device="monitor-1", patient=None, measured_ms=at, received=Stamp(at, at)
        )
        assert word(verdict) == "admitted"


def test_a_recording_with_an_unknown_boot_cannot_retire_the_true_one() -> None:
    """Row 47: a replay is late, and a refused message moves nothing."""
    bed = Bed()
    bed.offer(1, boot="b1", hr=70)
    assert word(bed.offer(1, boot="yesterday", measured_ms=NOW.ms - 86_400_000, hr=70)) == "late"
    assert word(bed.offer(2, boot="b1", measured_ms=NOW.ms + 1, hr=70)) == "admitted"


def test_boots_are_remembered_within_a_bound() -> None:
    bed = Bed()
    for n in range(admission.MAX_BOOTS):
        assert word(bed.offer(boot=f"b{n}", measured_ms=NOW.ms - 5_000 + n, hr=70)) == "admitted"
    assert word(bed.offer(boot="one-more", measured_ms=NOW.ms, hr=70)) == "old_boot"


def test_an_old_measurement_in_a_new_message_is_not_news() -> None:
    """Row 55: a monitor that repeats its last cuff reading measures nothing; nor after its restart."""
    bed = Bed()
    assert word(bed.offer(1, measured_ms=NOW.ms - 9_000, sys=150, dia=90)) == "admitted"
    assert word(bed.offer(2, measured_ms=NOW.ms - 9_000, sys=150, dia=90)) == "not_newer"
    assert word(bed.offer(1, boot="b2", measured_ms=NOW.ms - 9_000, sys=150, dia=90)) == "not_newer"
    assert word(bed.offer(1, boot="b2", measured_ms=NOW.ms - 8_999, sys=150, dia=90)) == "admitted"


def test_another_patients_token_is_refused_as_soon_as_a_patient_is_bound() -> None:
    """Row 61."""
    bed = Bed()
    assert word(bed.offer(1, patient=None, token="anyone", hr=70)) == "admitted"
    assert word(bed.offer(2, measured_ms=NOW.ms + 1, token="tok-2", hr=70)) == "wrong_patient"
    assert word(bed.offer(3, measured_ms=NOW.ms + 2, token="tok-1", hr=70)) == "admitted"


def test_a_device_speaks_only_on_its_own_topic() -> None:
    """Row 52: the access list guards the topic."""
    assert word(Bed().offer(device="monitor-1", topic_device="line-1", hr=70)) == "device_mismatch"


def test_a_stranger_is_refused_by_topic_and_by_payload() -> None:
    bed = Bed()
    assert word(bed.offer(device="monitor-9", hr=70)) == "unbound_device"
    early = bed.gate.screen("monitor-9", is_retained=False)
    assert early is not None
    assert early.reason is RejectReason.UNBOUND_DEVICE


def test_strangers_share_one_counter() -> None:
    gate = Bed().gate
    for n in range(50):
        gate.refused(f"stranger-{n}", Rejected(RejectReason.UNBOUND_DEVICE, ""))
    assert gate.counters == {(admission.UNBOUND, RejectReason.UNBOUND_DEVICE): 50}


def test_a_retained_message_is_refused_before_it_is_read() -> None:
    """Row 46, R113."""
    gate = Bed().gate
    early = gate.screen("monitor-1", is_retained=True)
    assert early is not None
    assert early.reason is RejectReason.RETAINED
    assert gate.screen("monitor-1", is_retained=False) is None


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((100, 80), (130, 100), False),
        ((100, 80), (131, 99), True),
        ((100, 50), (70, 50), False),
        ((100, 50), (69, 50), True),
        ((100, 50), (100, 65), False),
        ((120, 50), (120, 66), True),
        ((100, 80), (250, 140), True),
    ],
)
def test_a_leap_of_more_than_30_percent_is_suspect_and_still_admitted(
    first: tuple[float, float], second: tuple[float, float], expected: bool
) -> None:
    """clinical.md 4: up or down, systolic or diastolic; it must still be able to trip."""
    bed = Bed()
    bed.offer(1, sys=first[0], dia=first[1])
    verdict = bed.offer(2, measured_ms=NOW.ms + 1, sys=second[0], dia=second[1], hr=70)
    assert isinstance(verdict, Admitted)
    assert {sample.signal: sample.is_suspect for sample in verdict.samples} == {
        Signal.SYS: expected,
        Signal.DIA: expected,
        Signal.HR: False,
    }


def test_a_repeat_that_agrees_with_a_suspect_reading_is_not_suspect() -> None:
    bed = Bed()
    bed.offer(1, sys=120, dia=80)
    bed.offer(2, measured_ms=NOW.ms + 1, sys=170, dia=95)
    verdict = bed.offer(3, measured_ms=NOW.ms + 2, sys=172, dia=96)
    assert isinstance(verdict, Admitted)
    assert not any(sample.is_suspect for sample in verdict.samples)


def test_the_last_patients_reading_makes_nobody_suspect() -> None:
    bed = Bed()
    bed.offer(1, sys=200, dia=110)
    verdict = bed.offer(2, measured_ms=NOW.ms + 1, patient="tok-2", token="tok-2", sys=110, dia=70)
    assert isinstance(verdict, Admitted)
    assert not any(sample.is_suspect for sample in verdict.samples)


def test_bad_quality_counts_as_missing_and_the_rest_of_the_message_is_used() -> None:
    """Row 65."""
    verdict = Bed().offer(hr=70, bad=("spo2",))
    assert samples(verdict) == {Signal.HR: 70.0}
    assert isinstance(verdict, Admitted)
    assert verdict.missing == (Signal.SPO2,)


def test_a_cuff_reading_with_one_bad_part_is_missing_whole() -> None:
    verdict = Bed().offer(sys=120, map=93, hr=70, bad=("dia",))
    assert samples(verdict) == {Signal.HR: 70.0}
    assert isinstance(verdict, Admitted)
    assert set(verdict.missing) == {Signal.SYS, Signal.DIA, Signal.MAP}


def test_a_message_of_nothing_but_bad_quality_is_rejected() -> None:
    assert word(Bed().offer(bad=("spo2",))) == "bad_quality"


def test_word_of_the_cuff_passes_even_when_its_reading_failed() -> None:
    verdict = Bed().offer(bad=("sys", "dia"), cuff_active=False)
    assert isinstance(verdict, Admitted)
    assert (verdict.samples, verdict.cuff_active) == ((), False)


@pytest.mark.parametrize(
    ("pulse", "heart", "expected"),
    [
        (70, 70, "admitted"),
        (85, 70, "admitted"),  # 15 beats are wider than 20 % of 70
        (85.1, 70, "pulse_mismatch"),
        (55, 70, "admitted"),
        (54.9, 70, "pulse_mismatch"),
        (144, 120, "admitted"),  # 20 % of 120 are 24 beats
        (144.1, 120, "pulse_mismatch"),
        (96, 120, "admitted"),
        (95.9, 120, "pulse_mismatch"),
        (40, 0, "pulse_mismatch"),
    ],
)
def test_a_cuff_that_counted_another_pulse_is_refused(pulse: float, heart: float, expected: str) -> None:
    """clinical.md 4: pulse within 20 % or 15 bpm of the SpO2 pulse, the larger."""
    bed = Bed()
    bed.offer(1, hr=heart, spo2=97)
    assert word(bed.offer(2, measured_ms=NOW.ms + 1, sys=120, dia=80, cuff_pulse=pulse)) == expected


@pytest.mark.parametrize(("apart_ms", "expected"), [(10_000, "pulse_mismatch"), (10_001, "admitted")])
def test_a_pulse_is_held_against_a_heart_rate_of_the_same_ten_seconds(apart_ms: int, expected: str) -> None:
    """clinical.md 4; an older or much newer heart rate says nothing about that cuff cycle."""
    late = Stamp(NOW.ms + apart_ms, NOW.link_ms + apart_ms)
    cuff = {"sys": 120.0, "dia": 80.0, "cuff_pulse": 120.0}
    before, after = Bed(), Bed()
    before.offer(1, hr=70)
    assert word(before.offer(2, measured_ms=late.ms, received=late, **cuff)) == expected
    after.offer(1, device="line-1", measured_ms=late.ms, received=late, hr=70)
    assert word(after.offer(2, measured_ms=NOW.ms, received=late, **cuff)) == expected


def test_without_a_heart_rate_the_cuffs_pulse_is_believed() -> None:
    """clinical.md 4: there is nothing to hold it against; nor is the last patient's heart."""
    bed = Bed()
    assert word(bed.offer(1, sys=120, dia=80, cuff_pulse=180)) == "admitted"
    bed.offer(2, measured_ms=NOW.ms + 1, hr=70)
    new = bed.offer(
        3, measured_ms=NOW.ms + 2, patient="tok-2", token="tok-2", sys=118, dia=80, cuff_pulse=180
    )
    assert word(new) == "admitted"


def test_the_heart_rate_in_the_same_message_counts_and_stays_when_the_cuff_is_refused() -> None:
    bed = Bed()
    verdict = bed.offer(1, hr=70, spo2=97, sys=120, dia=80, map=93, cuff_pulse=110)
    assert samples(verdict) == {Signal.HR: 70.0, Signal.SPO2: 97.0}
    assert isinstance(verdict, Admitted)
    assert [(one.reason, one.signals) for one in verdict.refusals] == [
        (RejectReason.PULSE_MISMATCH, (Signal.SYS, Signal.DIA, Signal.MAP))
    ]


def test_a_reading_of_another_pulse_leaves_no_trace_but_its_number() -> None:
    """Not the leap check, not the novelty of the signal; its redelivery is a duplicate (row 48)."""
    bed = Bed()
    bed.offer(1, hr=70)
    bed.offer(2, measured_ms=NOW.ms + 1, sys=100, dia=60)
    assert word(bed.offer(3, measured_ms=NOW.ms + 2, sys=200, dia=120, cuff_pulse=140)) == "pulse_mismatch"
    assert word(bed.offer(3, measured_ms=NOW.ms + 2, sys=200, dia=120, cuff_pulse=140)) == "duplicate"
    assert bed.gate.rejects_in_a_row(Signal.SYS) == 1
    verdict = bed.offer(4, measured_ms=NOW.ms + 2, sys=102, dia=61, cuff_pulse=71)
    assert isinstance(verdict, Admitted)
    assert not any(sample.is_suspect for sample in verdict.samples)
    assert bed.gate.rejects_in_a_row(Signal.SYS) == 0


def test_word_of_the_cuff_passes_when_its_pulse_does_not_fit() -> None:
    bed = Bed()
    bed.offer(1, hr=70)
    verdict = bed.offer(2, measured_ms=NOW.ms + 1, sys=120, dia=80, cuff_pulse=140, cuff_active=False)
    assert isinstance(verdict, Admitted)
    assert (verdict.samples, verdict.cuff_active) == ((), False)
    assert [one.reason for one in verdict.refusals] == [RejectReason.PULSE_MISMATCH]


def hold(bed: Bed, seconds: int, start_s: int = 0, **values: float) -> list[str]:
    """The same values once a second."""
    return [
        word(bed.offer(second, measured_ms=at.ms, received=at, **values))
        for second in range(start_s, start_s + seconds)
        for at in [Stamp(NOW.ms + second * 1000, NOW.link_ms + second * 1000)]
    ]


def test_a_line_pressure_that_stands_still_for_a_minute_is_refused_until_it_moves() -> None:
    """Row 54: fresh stamps, frozen value; it counts as failed, so its silence trips."""
    bed = Bed()
    assert hold(bed, 60, line_pressure=17.6) == ["admitted"] * 60
    assert hold(bed, 3, 60, line_pressure=17.6) == ["frozen"] * 3
    assert bed.gate.rejects_in_a_row(Signal.LINE_PRESSURE) == 3
    assert hold(bed, 1, 63, line_pressure=17.7) == ["admitted"]


def test_signals_that_may_honestly_stand_still_are_never_called_frozen() -> None:
    """Row 54: 98 % for minutes is a healthy person; a pulse beside a saturation that moves is one of a probe that sees."""
    assert set(hold(Bed(), 600, spo2=98, rr=14)) == {"admitted"}
    bed = Bed()
    for minute in range(10):
        assert set(hold(bed, 60, minute * 60, hr=60, spo2=97 + minute % 2)) == {"admitted"}


def test_row_54_a_pulse_and_a_saturation_that_stand_still_together_are_refused_until_one_moves() -> None:
    bed = Bed()
    assert hold(bed, 300, hr=71, spo2=98) == ["admitted"] * 300
    assert hold(bed, 2, 300, hr=71, spo2=98) == ["frozen"] * 2
    assert bed.gate.rejects_in_a_row(Signal.HR) == bed.gate.rejects_in_a_row(Signal.SPO2) == 2
    assert hold(bed, 1, 302, hr=71, spo2=97) == ["admitted"]


def test_row_54_a_frozen_monitor_whose_other_values_move_is_not_refused_altogether() -> None:
    bed = Bed()
    hold(bed, 300, hr=71, spo2=98)
    at = Stamp(NOW.ms + 300_000, NOW.link_ms + 300_000)
    verdict = bed.offer(300, measured_ms=at.ms, received=at, hr=71, spo2=98, rr=14)
    assert set(samples(verdict)) == {Signal.RR}
    assert isinstance(verdict, Admitted)
    (refusal,) = verdict.refusals
    assert (refusal.reason, refusal.signals) == (RejectReason.FROZEN, (Signal.HR, Signal.SPO2))
    assert refusal.detail == "exactly hr 71, spo2 98 for 300 s or more"


def cuff(bed: Bed, n: int, **values: float) -> str:
    """The `n`th reading, one every five minutes."""
    at = Stamp(NOW.ms + n * 300_000, NOW.link_ms + n * 300_000)
    return word(bed.offer(n, measured_ms=at.ms, received=at, **values))


def test_row_54_the_third_equal_cuff_reading_is_refused_and_another_one_is_not() -> None:
    bed = Bed()
    same = {"sys": 121.0, "dia": 79.0, "map": 93.0}
    assert [cuff(bed, n, **same) for n in range(1, 5)] == ["admitted", "admitted", "frozen", "frozen"]
    assert cuff(bed, 5, **(same | {"dia": 80.0})) == "admitted"
    assert [cuff(bed, n, **same) for n in range(6, 9)] == ["admitted", "admitted", "frozen"]


def test_row_54_equal_pressures_with_another_pulse_are_another_measurement() -> None:
    bed = Bed()
    assert {cuff(bed, n, sys=121, dia=79, cuff_pulse=70 + n % 2) for n in range(1, 7)} == {"admitted"}


def test_row_54_a_frozen_pulse_is_no_witness_against_the_cuff() -> None:
    """The crisis behind the frozen pulse: the cuff counts 120 and is the one that measures."""
    bed = Bed()
    hold(bed, 301, hr=71, spo2=98)
    at = Stamp(NOW.ms + 301_000, NOW.link_ms + 301_000)
    verdict = bed.offer(1, device="line-1", measured_ms=at.ms, received=at, sys=190, dia=110, cuff_pulse=120)
    assert word(verdict) == "admitted"


def test_failed_readings_in_a_row_are_counted_per_signal_and_a_good_one_ends_the_row() -> None:
    """clinical.md 4: three rejects in a row are a technical alarm."""
    bed = Bed()
    bed.offer(1, sys=120, dia=80, hr=70)
    for n in range(3):
        bed.offer(2 + n, measured_ms=NOW.ms - 200_000, sys=120, dia=80)
    assert bed.gate.rejects_in_a_row(Signal.SYS) == 3
    assert bed.gate.rejects_in_a_row(Signal.HR) == 0
    bed.offer(9, measured_ms=NOW.ms + 1, sys=120, dia=80)
    assert bed.gate.rejects_in_a_row(Signal.SYS) == 0


def test_an_unreadable_payload_counts_against_all_the_device_delivered() -> None:
    bed = Bed()
    bed.offer(1, hr=70, spo2=97)
    garbage = Rejected(RejectReason.NOT_JSON, "")
    assert [bed.gate.refused("monitor-1", garbage) for _ in range(3)] == [1, 2, 3]
    assert bed.gate.rejects_in_a_row(Signal.SPO2) == 3
    assert bed.gate.rejects_in_a_row(Signal.SYS) == 0
    assert set(bed.gate.concerned("monitor-1", garbage)) == {Signal.HR, Signal.SPO2}


def test_old_news_leaves_a_run_of_failures_as_it_stands() -> None:
    """Row 48: a redelivery is neither a failure nor a success."""
    bed = Bed()
    bed.offer(1, hr=70)
    failed = Rejected(RejectReason.IMPLAUSIBLE, "", (Signal.HR,))
    again = Rejected(RejectReason.DUPLICATE, "", (Signal.HR,))
    runs = [bed.gate.refused("monitor-1", each) for each in (failed, failed, again, failed)]
    assert runs == [1, 2, 2, 3]


def test_a_strangers_refusal_is_about_no_signal_of_ours() -> None:
    bed = Bed()
    stranger = Rejected(RejectReason.UNBOUND_DEVICE, "", (Signal.HR,))
    assert (bed.gate.refused("monitor-9", stranger), bed.gate.concerned("monitor-9", stranger)) == (0, ())
    assert bed.gate.rejects_in_a_row(Signal.HR) == 0


@given(
    st.lists(
        st.tuples(st.sampled_from(["b1", "b2", "b3"]), st.integers(0, 6), st.integers(-130_000, 4_000)),
        max_size=40,
    )
)
def test_whatever_arrives_in_whatever_order_only_new_and_timely_values_are_admitted(
    arrivals: list[tuple[str, int, int]],
) -> None:
    """R113, rows 47, 48, 55, 62 as one property: sequence rises per boot, no boot returns, time rises."""
    bed = Bed()
    admitted: list[tuple[str, int, int]] = []
    for boot, seq, offset_ms in arrivals:
        verdict = bed.offer(seq, boot=boot, measured_ms=NOW.ms + offset_ms, sys=120, dia=80)
        if isinstance(verdict, Admitted):
            admitted.append((boot, seq, offset_ms))
    assert all(-120_000 <= offset_ms <= 2_000 for _, _, offset_ms in admitted)
    assert all(a[2] < b[2] for a, b in pairwise(admitted))
    boots = [boot for boot, _, _ in admitted]
    assert sum(a != b for a, b in pairwise(boots)) == max(0, len(set(boots)) - 1)
    for boot in set(boots):
        seqs = [seq for its_boot, seq, _ in admitted if its_boot == boot]
        assert seqs == sorted(set(seqs))
