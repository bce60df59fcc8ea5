"""From topic and bytes to arrivals, without a broker."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vitals_payloads import encode, vitals

from interlocks.vocabulary import Signal, Stamp
from pumpd.core.measured_units import meaning
from pumpd.shell.feeds.arrivals import (
    MonitorStatus,
    RejectReason,
    SampleRefused,
    SamplesArrived,
)
from pumpd.shell.feeds.foreign import Dialect
from pumpd.shell.feeds.routing import BedBinding, Gateway, Router

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


GOOD_CUFF: dict[str, float] = {"sys": 120, "dia": 80, "map": 93, "cuff_pulse": 72}

#: facts/clinical.md 4, "Accept a reading only if", clause by clause: what breaks it, and the word for it.
ACCEPT_ONLY_IF: list[tuple[str, dict[str, Any], dict[str, float], str]] = [
    ("SYS 60-250, low", {}, {"sys": 59, "dia": 40, "map": 46}, "suspect"),
    ("SYS 60-250, high", {}, {"sys": 251, "dia": 140, "map": 177}, "suspect"),
    ("DIA 30-150, low", {}, {"sys": 70, "dia": 29, "map": 43}, "suspect"),
    ("DIA 30-150, high", {}, {"sys": 200, "dia": 151, "map": 167}, "suspect"),
    ("DIA < SYS", {}, {"sys": 80, "dia": 90, "map": 87}, "implausible"),
    ("DIA < MAP", {}, {"map": 80}, "suspect"),
    ("MAP < SYS", {}, {"sys": 100, "dia": 85, "map": 100}, "suspect"),
    ("15 <= pulse pressure", {}, {"sys": 94, "map": 85}, "suspect"),
    ("pulse pressure <= 120", {}, {"sys": 201, "map": 120}, "suspect"),
    ("|MAP - (DIA + PP/3)| <= 15", {}, {"map": 109}, "suspect"),
    ("pulse within 20 % or 15 bpm of SpO2 pulse", {}, {"cuff_pulse": 88}, "pulse_mismatch"),
    ("quality flag ok", {"bad": ("sys", "dia", "map", "cuff_pulse")}, {}, "bad_quality"),
    ("measured_at not in the future (> 2 s)", {"measured_ms": NOW.ms + 2_001}, {}, "future"),
    ("not older than 120 s on arrival", {"measured_ms": NOW.ms - 120_001}, {}, "late"),
    ("sequence > last, the same", {"seq": 10}, {}, "duplicate"),
    ("sequence > last, an older one", {"seq": 9}, {}, "reordered"),
    ("not a retained MQTT message", {"is_retained": True}, {}, "retained"),
]


@pytest.mark.parametrize(
    ("clause", "how", "values", "reason"), ACCEPT_ONLY_IF, ids=[clause for clause, *_ in ACCEPT_ONLY_IF]
)
def test_a_cuff_reading_is_accepted_only_if(
    clause: str, how: dict[str, Any], values: dict[str, float], reason: str
) -> None:
    """clinical.md 4, every clause: the good one passes, the one with that clause broken refreshes nothing, or, where it
    may be the crisis itself, is suspect as a whole (decision 0030)."""
    desk = router()
    desk.route(VITALS, good(10, NOW.ms - 1, hr=72), is_retained=False, received=NOW)
    bad = how.get("bad", ())
    kept = {key: value for key, value in (GOOD_CUFF | values).items() if key not in bad}
    message = vitals(how.get("seq", 11), EPOCH_MS + how.get("measured_ms", NOW.ms), bad=bad, **kept)
    arrivals = desk.route(VITALS, encode(message), is_retained=how.get("is_retained", False), received=NOW)
    samples = [each for one in arrivals if isinstance(one, SamplesArrived) for each in one.samples]
    if reason == "suspect":
        assert samples
        assert all(one.is_suspect for one in samples), clause
        assert reasons(arrivals) == []
    else:
        assert [word.value for word in reasons(arrivals)] == [reason]
        assert not samples, clause
    later = Stamp(NOW.ms + 1, NOW.link_ms + 1)
    (arrived,) = desk.route(VITALS, good(12, later.ms, **GOOD_CUFF), is_retained=False, received=later)
    assert isinstance(arrived, SamplesArrived)
    assert [sample.value for sample in arrived.samples] == [120.0, 80.0, 93.0]


def test_a_change_of_more_than_30_percent_arrives_as_suspect() -> None:
    """clinical.md 4: kept, so that it can still trip, and marked, so that it clears nothing."""
    desk = router()
    desk.route(VITALS, good(1, NOW.ms - 1, sys=120, dia=80), is_retained=False, received=NOW)
    (arrived,) = desk.route(VITALS, good(2, sys=170, dia=95), is_retained=False, received=NOW)
    assert isinstance(arrived, SamplesArrived)
    assert [sample.is_suspect for sample in arrived.samples] == [True, True]


def test_three_cuff_readings_of_another_pulse_are_three_in_a_row_for_the_cuff_alone() -> None:
    """clinical.md 4: three rejects in a row are a technical alarm; the word about the cuff is heard."""
    desk = router()
    desk.route(VITALS, good(1, NOW.ms - 9, hr=72, spo2=97), is_retained=False, received=NOW)
    refusals = []
    for seq in (2, 3, 4):
        message = vitals(seq, EPOCH_MS + NOW.ms - 9 + seq, **(GOOD_CUFF | {"cuff_pulse": 120}))
        arrived, refused = desk.route(
            VITALS, encode(message | {"cuff_active": False}), is_retained=False, received=NOW
        )
        assert isinstance(arrived, SamplesArrived)
        assert (arrived.samples, arrived.cuff_active, arrived.device) == ((), False, "monitor-1")
        assert isinstance(refused, SampleRefused)
        refusals.append((refused.reason, refused.signals, refused.rejects_in_a_row))
    cuff = (Signal.SYS, Signal.DIA, Signal.MAP)
    assert refusals == [(RejectReason.PULSE_MISMATCH, cuff, run) for run in (1, 2, 3)]


def test_an_unreadable_payload_names_all_the_device_has_delivered() -> None:
    desk = router()
    desk.route(VITALS, good(1, hr=72, spo2=97), is_retained=False, received=NOW)
    (refused,) = desk.route(VITALS, b"{", is_retained=False, received=NOW)
    assert isinstance(refused, SampleRefused)
    assert set(refused.signals) == {Signal.HR, Signal.SPO2}


@pytest.mark.parametrize(
    ("name", "value", "signal"),
    [
        ("breath_gap", 21.5, Signal.BREATH_GAP),
        ("air_bubble", 60, Signal.AIR_BUBBLE),
        ("air_15min", 1.2, Signal.AIR_15MIN),
        ("button", 1, Signal.BUTTON),
    ],
)
def test_breath_air_and_button_arrive_under_their_own_names(name: str, value: float, signal: Signal) -> None:
    """clinical.md 3.2, RR2, AI1, BT1."""
    (arrived,) = router().route(VITALS, good(1, **{name: value}), is_retained=False, received=NOW)
    assert isinstance(arrived, SamplesArrived)
    assert [(one.signal, one.value) for one in arrived.samples] == [(signal, value)]


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


# a gateway


def gatewayed(patient_key: str = "") -> Router:
    words = {"SYS": "sys mmHg", "DIA": "dia mmHg", "HR": "hr bpm"}
    names = {word: meaning(said) for word, said in words.items()}
    dialect = Dialect(names, "unix_ms", "ts", patient_key=patient_key)
    gateway = Gateway("monitor-1", "ward/7", dialect)
    devices = frozenset({"monitor-1", "line-1"})
    return Router((BedBinding("bed-1", lambda _bed: "tok-1", devices, (gateway,)),), StillClock())


def flat(measured_ms: int = NOW.ms, **values: object) -> bytes:
    return json.dumps({"ts": EPOCH_MS + measured_ms, **values}).encode()


def told(desk: Router, payload: bytes, topic: str = "ward/7", *, is_retained: bool = False) -> list[str]:
    """Each arrival in a word: the signals that arrived, or why not."""
    found = desk.route(topic, payload, is_retained=is_retained, received=NOW)
    return [
        one.reason.value if isinstance(one, SampleRefused) else " ".join(s.signal for s in one.samples)
        for one in found
        if isinstance(one, SampleRefused | SamplesArrived)
    ]


def test_a_gateway_speaks_on_its_own_topic_for_its_monitor() -> None:
    desk = gatewayed()
    assert desk.topics == ("pumpd/v1/vitals/bed-1/+", "pumpd/v1/status/bed-1/+", "ward/7")
    (arrival,) = desk.route("ward/7", flat(HR=70), is_retained=False, received=NOW)
    assert isinstance(arrival, SamplesArrived)
    (sample,) = arrival.samples
    assert (sample.signal, sample.value, sample.source, sample.measured_ms) == (
        "hr",
        70.0,
        "monitor-1",
        NOW.ms,
    )


def test_the_monitor_behind_a_gateway_speaks_nowhere_else() -> None:
    """Rows 52, 62: two voices of one name cannot take turns."""
    desk = gatewayed()
    assert told(desk, good(), VITALS) == ["unbound_device"]
    assert told(desk, flat(HR=70)) == ["hr"]


def test_a_gateways_messages_are_judged_like_any_other() -> None:
    """Rows 46-48, 55, 64."""
    desk = gatewayed()
    assert told(desk, flat(HR=70), is_retained=True) == ["retained"]
    assert told(desk, flat(NOW.ms - 5_001, HR=70)) == ["late"]
    assert told(desk, flat(NOW.ms + 60_000, HR=70)) == ["future"]
    assert told(desk, b"{") == ["not_json"]
    assert told(desk, flat(NOW.ms - 10, HR=70)) == ["hr"]
    assert told(desk, flat(NOW.ms - 10, HR=70)) == ["not_newer"]
    assert told(desk, flat(NOW.ms - 20, HR=70)) == ["not_newer"]


def test_a_patient_that_a_gateway_names_must_be_the_one_in_the_bed() -> None:
    """Row 61, I16."""
    assert told(gatewayed("pid"), flat(HR=70, pid="tok-2")) == ["wrong_patient"]
    assert told(gatewayed("pid"), flat(HR=70, pid="tok-1")) == ["hr"]


def test_a_cuff_reading_that_is_held_and_sent_again_is_one_reading() -> None:
    """Row 55: a poll's stamp is not a measurement's."""
    desk = gatewayed()
    # The first may be of any age.
    assert told(desk, flat(NOW.ms - 90, SYS=120, DIA=70, HR=70)) == ["hr"]
    assert told(desk, flat(NOW.ms - 80, SYS=120, DIA=70)) == ["not_newer"]
    assert told(desk, flat(NOW.ms - 70, SYS=126, DIA=70, HR=71)) == ["sys dia hr"]
    assert told(desk, flat(NOW.ms - 60, SYS=126, DIA=70, HR=72)) == ["hr"]
    # Blank while the cuff is tight, then the old one again: still not news.
    assert told(desk, flat(NOW.ms - 50, SYS=None, DIA=None, HR=72)) == ["hr", "bad_quality"]
    assert told(desk, flat(NOW.ms - 40, SYS=126, DIA=70, HR=73)) == ["hr"]
    assert told(desk, flat(NOW.ms - 30, SYS=126, DIA=71, HR=74)) == ["sys dia hr"]


def test_what_a_gateway_says_beside_is_remembered_for_who_looks_and_bounded() -> None:
    desk = gatewayed()
    for number in range(100):
        assert told(desk, flat(NOW.ms - number, **{f"X{number}": 1})) == []
    assert len(desk.unknown["monitor-1"]) == 64
