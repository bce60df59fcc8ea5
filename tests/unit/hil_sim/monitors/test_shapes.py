"""What a gateway makes of the monitor's screen."""

import json

from hil_sim.monitors.payload import Message, Value, encode, nibp_values, oximeter_values
from hil_sim.monitors.shapes import flat, vscapture

AT_MS = 1_773_486_000_250  # 14 March 2026, 11:00:00.250 UTC


def native(*values: Value, at_ms: int = AT_MS) -> bytes:
    return encode(Message("monitor-1", "b1", 1, "tok-1", at_ms, values))


def test_vscapture_writes_texts_under_the_poll_s_stamp_with_the_day_first() -> None:
    rows = json.loads(vscapture()(native(*oximeter_values(71, 97, True))))
    assert [(row["PhysioID"], row["Value"]) for row in rows] == [
        ("NOM_PLETH_PULS_RATE", "71"),
        ("NOM_PULS_OXIM_SAT_O2", "97"),
    ]
    assert {row["Timestamp"] for row in rows} == {"14-03-2026 11:00:00.250"}


def test_the_last_cuff_reading_is_said_again_with_every_poll() -> None:
    shape = flat()
    shape(native(*nibp_values(122, 78, 93)))
    later = json.loads(shape(native(*oximeter_values(71, 97, True), at_ms=AT_MS + 1000)))
    assert (later["ts"], later["nibp_sys"], later["nibp_dia"], later["pulse"]) == (AT_MS + 1000, 122, 78, 71)


def test_what_the_monitor_does_not_show_is_a_dash_or_null() -> None:
    message = native(*oximeter_values(None, None, False))
    assert {row["Value"] for row in json.loads(vscapture()(message))} == {"-"}
    assert json.loads(flat()(message))["pulse"] is None


def test_what_is_no_message_passes_as_it_is() -> None:
    for broken in (b"\xff", b"[]", b"{}", b'{"values": [7]}'):
        assert vscapture()(broken) == broken
        assert flat()(broken) == broken
