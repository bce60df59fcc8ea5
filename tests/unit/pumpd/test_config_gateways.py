"""What an engineer gets wrong in a gateway's table."""

from pathlib import Path
from typing import Any

import pytest
from site_bench import site

from pumpd.config import ConfigRefused, parse
from pumpd.config_gateways import VSCAPTURE
from pumpd.translate import gateways_of

RISK = "bench only, one patient, one monitor"
KNOWN: dict[str, Any] = {
    "device": "monitor-1",
    "topic": "vscapture/bed-1",
    "format": "vscapture",
    "zone": "Europe/Vienna",
    "accepted_risk": RISK,
}
FLAT: dict[str, Any] = {
    "device": "monitor-1",
    "topic": "ward/7/numbers",
    "format": "flat",
    "stamp": "unix_ms",
    "time_key": "ts",
    "patient_key": "pid",
    "names": {"nibp_sys": "sys kPa", "nibp_dia": "dia kPa", "spo2": "spo2 %"},
}


def toml(table: dict[str, Any]) -> str:
    lines = ["[[channels.gateways]]"]
    for key, value in table.items():
        if isinstance(value, dict):
            inner = ", ".join(f'{word} = "{said}"' for word, said in value.items())
            lines.append(f"{key} = {{ {inner} }}")
        else:
            lines.append(f'{key} = "{value}"')
    return "\n".join(lines) + "\n"


def faults(folder: Path, *tables: dict[str, Any]) -> list[str]:
    try:
        parse(site(folder, more="".join(map(toml, tables))), "pumpd.toml")
    except ConfigRefused as refused:
        return list(refused.faults)
    return []


def test_a_gateway_of_each_shape_is_taken_and_becomes_a_dialect(tmp_path: Path) -> None:
    assert faults(tmp_path, KNOWN) == []
    assert faults(tmp_path, FLAT) == []
    (known,) = gateways_of(parse(site(tmp_path, more=toml(KNOWN)), "f").channels[0])
    assert set(known.dialect.names) == set(VSCAPTURE)
    assert (known.dialect.is_cuff_held, str(known.dialect.zone)) == (True, "Europe/Vienna")
    (flat,) = gateways_of(parse(site(tmp_path, more=toml(FLAT)), "f").channels[0])
    assert (flat.device, flat.topic, flat.dialect.patient_key) == ("monitor-1", "ward/7/numbers", "pid")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"device": "monitor-9"}, 'device = "monitor-9": is no device of this channel; there are monitor-1'),
        ({"topic": "a/+/b"}, 'topic = "a/+/b": does not have the right form'),
        ({"topic": "pumpd/v1/vitals/bed-1/monitor-1"}, "topics under pumpd/ are for native messages"),
        ({"format": "hl7"}, 'format = "hl7": must be'),
        ({"zone": "Vienna"}, 'zone = "Vienna": is no zone of the IANA list'),
        ({"zone": None}, "format vscapture needs zone"),
        ({"stamp": "unix_s"}, 'stamp = "unix_s": has no use with format vscapture; remove it'),
        ({"device_key": "DeviceID"}, "device_key and device_is go together"),
        ({"accepted_risk": None}, "its messages do not say whose they are (no patient_key)"),
        ({"names": {"X": "pulse bpm"}}, 'names.X = "pulse bpm": is no signal and its unit; signals are sys'),
        ({"names": {"X": "hr Hz"}}, 'names.X = "hr Hz": hr comes in {beat}/min, bpm, /min, 1/min'),
        ({"names": {"NOM_ECG_CARD_BEAT_RATE": "hr bpm"}}, "hr already comes as NOM_PLETH_PULS_RATE"),
        ({"unit": "mmHg"}, "unit"),
    ],
)
def test_each_wrong_key_is_named_with_what_would_be_right(
    tmp_path: Path, change: dict[str, Any], says: str
) -> None:
    """Row 102, I25."""
    table = {key: value for key, value in {**KNOWN, **change}.items() if value is not None}
    (told,) = faults(tmp_path, table)
    assert says in told
    assert "channels[bed-1].gateways" in told


@pytest.mark.parametrize("key", ["names", "stamp", "time_key"])
def test_a_shape_is_not_guessed(tmp_path: Path, key: str) -> None:
    table = {name: value for name, value in FLAT.items() if name != key}
    assert any(f"format flat needs {key}" in told for told in faults(tmp_path, table))


def test_half_a_cuff_is_none(tmp_path: Path) -> None:
    (told,) = faults(tmp_path, {**FLAT, "names": {"a": "sys mmHg", "b": "hr bpm"}})
    assert "a cuff reading is sys and dia together" in told


def test_two_gateways_do_not_share_a_topic_or_a_monitor(tmp_path: Path) -> None:
    told = "\n".join(faults(tmp_path, KNOWN, KNOWN))
    assert "already has a gateway" in told
    assert "each has a topic of its own" in told
