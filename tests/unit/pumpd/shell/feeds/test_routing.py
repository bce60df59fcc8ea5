"""From topic and bytes to arrivals, without a broker."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vitals_payloads import encode, vitals

from interlocks.vocabulary import Signal, Stamp
from pumpd.shell.feeds.arrivals import (
    MonitorStatus,
    RejectReason,
    SampleRefused,
    SamplesArrived,
)
from pumpd.shell.feeds.routing import BedBinding, Router

EPOCH_MS = 1_795_345_200_000
NOW = Stamp(60_000, 60_000)
VITALS = "pumpd/v1/vitals/bed-1/monitor-1"


class StillClock:
    """Stands at NOW; treatment time 0 is EPOCH_MS of wall time."""

    def stamp(self) -> Stamp:
        return NOW

    def to_ms(self, wall_treatment_ms: int, /) -> int:
        return wall_treatment_ms - EPOCH_MS


def router(patient: str | None = "tok-1") -> Router:
    return Router(
        (
            BedBinding("bed-1", lambda _bed: patient, frozenset({"monitor-1"})),
            BedBinding("bed-2", lambda _bed: None, frozenset({"monitor-2"})),
        ),
        StillClock(),
    )


def good(seq: int = 1, measured_ms: int = NOW.ms, **values: float) -> bytes:
    return encode(vitals(seq, EPOCH_MS + measured_ms, **(values or {"hr": 70})))


def reasons(arrivals: tuple[object, ...]) -> list[RejectReason]:
    return [arrival.reason for arrival in arrivals if isinstance(arrival, SampleRefused)]


def test_a_good_payload_arrives_as_samples_of_its_bed() -> None:
    (arrival,) = router().route(VITALS, good(), is_retained=False, received=NOW)
    assert isinstance(arrival, SamplesArrived)
    assert (arrival.bed, arrival.received) == ("bed-1", NOW)
    assert [(sample.signal, sample.measured_ms) for sample in arrival.samples] == [(Signal.HR, 60_000)]


def test_the_devices_wall_time_is_read_on_our_treatment_clock() -> None:
    arrivals = router().route(VITALS, good(measured_ms=NOW.ms - 5_001), is_retained=False, received=NOW)
    assert reasons(arrivals) == [RejectReason.LATE]


def test_a_retained_payload_is_refused_whatever_it_says() -> None:
    """Row 46."""
    for payload in (good(), b"", b"{"):
        arrivals = router().route(VITALS, payload, is_retained=True, received=NOW)
        assert reasons(arrivals) == [RejectReason.RETAINED]


def test_poison_then_good_is_still_used() -> None:
    """Row 59."""
    desk = router()
    assert reasons(desk.route(VITALS, b"\xff[[[", is_retained=False, received=NOW)) == [RejectReason.NOT_UTF8]
    (arrival,) = desk.route(VITALS, good(), is_retained=False, received=NOW)
    assert isinstance(arrival, SamplesArrived)


def test_values_of_bad_quality_are_reported_beside_the_good_ones() -> None:
    payload = encode(vitals(1, EPOCH_MS + NOW.ms, bad=("spo2",), hr=70))
    arrived, refused = router().route(VITALS, payload, is_retained=False, received=NOW)
    assert isinstance(arrived, SamplesArrived)
    assert isinstance(refused, SampleRefused)
    assert (refused.reason, refused.signals, refused.rejects_in_a_row) == (
        RejectReason.BAD_QUALITY,
        (Signal.SPO2,),
        1,
    )


def test_three_refusals_in_a_row_say_three() -> None:
    desk = router()
    counts = []
    for _ in range(3):
        (arrival,) = desk.route(
            VITALS, good(measured_ms=-300_000, sys=120, dia=80), is_retained=False, received=NOW
        )
        assert isinstance(arrival, SampleRefused)
        counts.append(arrival.rejects_in_a_row)
    assert counts == [1, 2, 3]


def test_the_word_of_a_cuff_cycle_arrives_without_samples() -> None:
    payload = encode(vitals(1, EPOCH_MS + NOW.ms) | {"cuff_active": True})
    (arrival,) = router().route(VITALS, payload, is_retained=False, received=NOW)
    assert isinstance(arrival, SamplesArrived)
    assert (arrival.samples, arrival.cuff_active) == ((), True)


def test_a_bound_device_of_another_bed_is_a_stranger_here() -> None:
    """Row 62."""
    arrivals = router().route("pumpd/v1/vitals/bed-1/monitor-2", good(), is_retained=False, received=NOW)
    assert reasons(arrivals) == [RejectReason.UNBOUND_DEVICE]


def test_another_patients_token_is_refused() -> None:
    """Row 61."""
    arrivals = router(patient="tok-9").route(VITALS, good(), is_retained=False, received=NOW)
    assert reasons(arrivals) == [RejectReason.WRONG_PATIENT]


@pytest.mark.parametrize("is_retained", [True, False])
def test_a_last_will_is_believed_even_from_the_brokers_memory(is_retained: bool) -> None:
    for payload, is_online in ((b"online", True), (b"offline", False)):
        arrivals = router().route(
            "pumpd/v1/status/bed-1/monitor-1", payload, is_retained=is_retained, received=NOW
        )
        assert arrivals == (MonitorStatus("bed-1", "monitor-1", is_online, NOW),)


def test_any_other_status_is_refused() -> None:
    for payload in (b"", b"ONLINE", b"online ", b'"online"', b"\xff" * 100):
        arrivals = router().route("pumpd/v1/status/bed-1/monitor-1", payload, is_retained=False, received=NOW)
        assert reasons(arrivals) == [RejectReason.BAD_STATUS]
    arrivals = router().route("pumpd/v1/status/bed-1/stranger", b"online", is_retained=True, received=NOW)
    assert reasons(arrivals) == [RejectReason.UNBOUND_DEVICE]


def test_a_topic_of_no_bed_of_ours_says_nothing() -> None:
    for topic in ("pumpd/v1/vitals/bed-9/monitor-1", "pumpd/v1/request/bed-1", "else"):
        assert router().route(topic, good(), is_retained=False, received=NOW) == ()


@pytest.mark.parametrize("name", ["", "+", "a/b", "#", "bed\0"])
def test_a_name_that_would_change_a_topic_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="topic level"):
        Router((BedBinding(name, lambda _bed: None, frozenset({"m"})),), StillClock())
    with pytest.raises(ValueError, match="topic level"):
        Router((BedBinding("bed-1", lambda _bed: None, frozenset({name})),), StillClock())


def test_a_bed_is_bound_once() -> None:
    with pytest.raises(ValueError, match="twice"):
        Router((BedBinding("bed-1", lambda _bed: None), BedBinding("bed-1", lambda _bed: None)), StillClock())


@given(
    st.text(max_size=30) | st.sampled_from([VITALS, "pumpd/v1/status/bed-1/monitor-1"]),
    st.binary(max_size=200),
    st.booleans(),
)
def test_nothing_a_sender_can_choose_raises(topic: str, payload: bytes, is_retained: bool) -> None:
    router().route(topic, payload, is_retained=is_retained, received=NOW)
