"""The parser against its vectors, against the JSON schema, and against mutated bytes (facts/faults.md 6)."""

import json
import os
import random
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from vitals_payloads import encode, vitals

from interlocks.vocabulary import ENTERED, UNIT, Signal
from pumpd.shell.feeds import names
from pumpd.shell.feeds.arrivals import Rejected, RejectReason
from pumpd.shell.feeds.native import parse
from pumpd.shell.feeds.parsed import Parsed, Reading

ROOT = Path(__file__).parents[5]
VECTORS: list[dict[str, Any]] = tomllib.loads((ROOT / "tests/vectors/vitals.toml").read_text())["vector"]
SCHEMA = Draft202012Validator(json.loads((ROOT / "docs/mqtt/vitals.schema.json").read_text()))
MUTATIONS = int(os.environ.get("PUMPD_FUZZ", "50000"))


def body(vector: dict[str, Any]) -> bytes:
    if "payload_hex" in vector:
        return bytes.fromhex(vector["payload_hex"])
    text: str = vector["payload"]
    return text.replace("{repeat}", vector.get("unit", "") * vector.get("count", 0)).encode()


def reason_of(verdict: Parsed | Rejected) -> str:
    return verdict.reason.value if isinstance(verdict, Rejected) else "accepted"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_each_vector_gets_its_verdict(vector: dict[str, Any]) -> None:
    """Rows 56-60, R113 'without unit'."""
    verdict = parse(body(vector))
    assert reason_of(verdict) == vector["verdict"], verdict


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_schema_says_of_each_vector_what_is_written(vector: dict[str, Any]) -> None:
    if vector["schema"] == "unreadable":
        return
    instance = json.loads(body(vector))
    assert SCHEMA.is_valid(instance) == (vector["schema"] == "valid")
    # The one implication that must hold everywhere: what the parser takes, the schema allows.
    assert vector["schema"] == "valid" or vector["verdict"] != "accepted"


def test_the_schema_is_itself_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA.schema)


def test_the_vectors_show_every_reason_a_parser_can_give() -> None:
    admission = {
        "bad_quality", "retained", "unbound_device", "device_mismatch", "wrong_patient", "old_boot",
        "two_monitors",
        "bad_status", "future", "late", "duplicate", "reordered", "not_newer", "parser_fault",
        "pulse_mismatch", "frozen",
    }  # fmt: skip
    shown = {vector["verdict"] for vector in VECTORS}
    assert {reason.value for reason in RejectReason} - admission == shown - {"accepted"}


def test_a_good_payload_is_read_in_full() -> None:
    message = vitals(17, 1_795_345_200_000, sys=128, dia=82.5) | {"cuff_active": False}
    assert parse(encode(message)) == Parsed(
        device="monitor-1",
        boot="b1",
        seq=17,
        patient="tok-1",
        measured_at_ms=1_795_345_200_000,
        values=(
            Reading(Signal.SYS, 128.0, "mm[Hg]", "ok"),
            Reading(Signal.DIA, 82.5, "mm[Hg]", "ok"),
        ),
        cuff_active=False,
    )


def test_a_value_of_bad_quality_is_read_as_no_value() -> None:
    """Row 65: the probe is off and the monitor holds the last number."""
    message = vitals(1, 0, hr=70, spo2=97)
    message["values"][1]["quality"] = "bad"
    parsed = parse(encode(message))
    assert isinstance(parsed, Parsed)
    assert [reading.value for reading in parsed.values] == [70.0, None]


def test_the_cuffs_pulse_travels_beside_its_reading_and_is_no_signal() -> None:
    """clinical.md 4: it is there to be checked, not to be charted."""
    parsed = parse(encode(vitals(1, 0, sys=120, dia=80, cuff_pulse=71)))
    assert isinstance(parsed, Parsed)
    assert [reading.signal for reading in parsed.values] == [Signal.SYS, Signal.DIA]
    assert parsed.cuff_pulse == 71.0


def test_a_cuff_that_could_not_count_the_pulse_has_no_pressures() -> None:
    """clinical.md 4, "quality flag ok": one reading, one quality; what came with it stays."""
    parsed = parse(encode(vitals(1, 0, bad=("cuff_pulse",), sys=120, dia=80, map=93, hr=70)))
    assert isinstance(parsed, Parsed)
    assert {one.signal: one.value for one in parsed.values} == {
        Signal.SYS: None,
        Signal.DIA: None,
        Signal.MAP: None,
        Signal.HR: 70.0,
    }
    assert parsed.cuff_pulse is None


@pytest.mark.parametrize("signal", ENTERED)
def test_what_people_enter_has_no_name_in_a_payload(signal: Signal) -> None:
    """A score or a presence that came over the network would be somebody else's word for a person's."""
    assert signal not in {known for _, known in names.NAMES.values()}
    for name in (signal.value, signal.name, f"X_{signal.name}", f"MDC_{signal.name}"):
        message = vitals(1, 0, hr=70)
        message["values"][0] = {"name": name, "value": 1, "unit": UNIT[signal], "quality": "ok"}
        assert reason_of(parse(encode(message))) == "unknown_signal"


def test_schema_and_parser_know_the_same_names_units_and_windows() -> None:
    table = SCHEMA.schema["$defs"]["value"]["oneOf"]
    written = {}
    for entry in table:
        props, value = entry["properties"], entry["then"]["properties"]["value"]
        window = tuple(value["enum"]) if "enum" in value else (value["minimum"], value["maximum"])
        written[entry["title"]] = (props["code"].get("const"), props["unit"]["const"], window)
    windows = {**names.PLAUSIBLE, **names.SENSOR}
    known = {name: (code, UNIT[signal], windows[signal]) for name, (code, signal) in names.NAMES.items()}
    pulse_name, pulse_code = names.CUFF_PULSE
    known[pulse_name] = (pulse_code, UNIT[Signal.HR], names.PLAUSIBLE[Signal.HR])
    assert written == known


def test_a_refusal_names_the_signals_it_concerns() -> None:
    rejected = parse(encode(vitals(1, 0, hr=70, spo2=101)))
    assert isinstance(rejected, Rejected)
    assert rejected.signals == (Signal.HR, Signal.SPO2)
    alone = parse(encode(vitals(1, 0, cuff_pulse=71)))
    assert isinstance(alone, Rejected)
    assert alone.signals == (Signal.SYS, Signal.DIA)


def test_foreign_text_in_a_detail_is_escaped_and_short() -> None:
    """Log injection, facts/faults.md 6."""
    message = vitals(1, 0, hr=70) | {"\x1b[2J\r\nforged line\u202e" + "x" * 500: 1}
    rejected = parse(encode(message))
    assert isinstance(rejected, Rejected)
    assert rejected.detail.isascii()
    assert rejected.detail.isprintable()
    assert len(rejected.detail) <= 60


@pytest.mark.parametrize(
    "hostile",
    [
        b"[" * 4096,
        b'"' + b'\\"' * 2047,
        b'{"a":' * 800,
        b'"\\' * 2048,
        b"9" * 4096,
        b"{" + b",".join(b'"%d":0' % n for n in range(500)) + b"}",
        b"\xff" * 4096,
        b"[" * 10_000_000,
    ],
    ids=["lists", "open string", "objects", "backslashes", "digits", "keys", "bytes", "ten megabytes"],
)
def test_hostile_bytes_cost_little(hostile: bytes) -> None:
    """Row 59: refused within 1 ms; the best of five is taken because the machine is shared."""
    assert isinstance(parse(hostile), Rejected)
    spent_ms = []
    for _ in range(5):
        begin = time.perf_counter()
        parse(hostile)
        spent_ms.append((time.perf_counter() - begin) * 1000)
    assert min(spent_ms) < 1.0


@given(st.binary(max_size=5000))
def test_any_bytes_are_refused_with_a_reason(payload: bytes) -> None:
    verdict = parse(payload)
    assert isinstance(verdict, Rejected)
    assert verdict.reason is not RejectReason.PARSER_FAULT


_LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
_ANY = st.recursive(
    _LEAF, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
)


@given(st.data())
def test_any_json_in_any_place_is_accepted_only_if_the_schema_allows_it(data: st.DataObject) -> None:
    """Rows 56-58: whatever stands wherever, the parser is at least as strict as the schema."""
    message: dict[str, Any] = vitals(1, 2, sys=120, dia=80, spo2=97)
    place = data.draw(st.sampled_from([*message, "cuff_active"]))
    inner = data.draw(st.sampled_from([None, "name", "code", "value", "unit", "quality"]))
    junk = data.draw(_ANY)
    if place == "values" and inner is not None:
        message["values"][data.draw(st.integers(0, 2))][inner] = junk
    else:
        message[place] = junk
    payload = json.dumps(message).encode()
    verdict = parse(payload)
    assert reason_of(verdict) != "parser_fault"
    if isinstance(verdict, Parsed):
        assert SCHEMA.is_valid(json.loads(payload))


@given(st.floats(allow_nan=True), st.floats(allow_nan=True))
def test_no_accepted_cuff_reading_breaks_the_rules_of_a_cuff(systolic: float, diastolic: float) -> None:
    """clinical.md 4."""
    verdict = parse(json.dumps(vitals(1, 2, sys=systolic, dia=diastolic)).encode())
    fits = 60 <= systolic <= 250 and 30 <= diastolic <= 150 and 15 <= systolic - diastolic <= 120
    assert isinstance(verdict, Parsed) == fits


_TOKENS = [
    b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0", b"1e-400", b"true", b"null", b"[", b"]", b"{", b"}",
    b'"', b"\\", b"\\ud800", b"\xff", b"\x00", b"9" * 400, b"9" * 4400, b",", b":", b'"value":1,', b"-",
    b"e", b".",
    b"150021", b"mm[Hg]", b"bad",
]  # fmt: skip


def mutate(payload: bytes, source: random.Random) -> bytes:
    work = bytearray(payload)
    for _ in range(source.randint(1, 4)):
        at = source.randrange(len(work) + 1)
        to = min(len(work), at + source.randint(0, 12))
        choice = source.randrange(5)
        if choice == 0:
            work[at:to] = source.choice(_TOKENS)
        elif choice == 1:
            work[at:at] = source.choice(_TOKENS)
        elif choice == 2:
            del work[at:to]
        elif choice == 3 and work:
            work[source.randrange(len(work))] = source.randrange(256)
        else:
            work[at:at] = work[at:to] * source.choice((1, 2, 50))
    return bytes(work)


def test_mutated_payloads_never_raise_and_are_never_accepted_against_the_schema(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Fuzz, facts/faults.md 6. The seed is printed; PUMPD_FUZZ=1000000 for more, PUMPD_SEED=... for again."""
    seed = int(os.environ.get("PUMPD_SEED", random.SystemRandom().randrange(2**32)))
    with capsys.disabled():
        print(f" [fuzz of {MUTATIONS}, seed {seed}]", end="")
    source = random.Random(seed)
    corpus = [body(vector) for vector in VECTORS if vector["verdict"] == "accepted"]
    accepted = 0
    for _ in range(MUTATIONS):
        payload = mutate(source.choice(corpus), source)
        verdict = parse(payload)
        assert reason_of(verdict) != "parser_fault", payload
        if isinstance(verdict, Parsed):
            accepted += 1
            if accepted <= 500:  # the schema is a hundred times slower than the parser
                assert SCHEMA.is_valid(json.loads(payload)), payload
    assert 0 < accepted < MUTATIONS / 2
