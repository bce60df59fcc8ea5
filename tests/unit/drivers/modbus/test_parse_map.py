"""Register maps are read strictly: each promise of layout.py has a map that breaks it."""

import pytest
from modbus_bench import CHONRY, DEFAULT, NARROW, RESUMING

from drivers.modbus.layout import Space
from drivers.modbus.parse_map import MapRefused, parse_map


def test_the_packaged_maps_and_their_cousins_are_read() -> None:
    default = parse_map(DEFAULT)
    assert default.can_run
    assert (default.rate_min_nl_h, default.rate_max_nl_h) == (10_000, 1_500_000_000)
    assert parse_map(RESUMING).resumes_after_silence
    assert parse_map(NARROW).is_low_word_first
    chonry = parse_map(CHONRY)
    assert not chonry.can_run
    assert chonry.unknown


def test_the_published_devices_addresses_are_those_of_the_facts() -> None:
    """facts/protocols.md 6, Chonry: holding 0 = 1, coil 1, holding 5-6 and input 4-5 float32 AB CD in ml/min."""
    chonry = parse_map(CHONRY)
    enable, run = chonry.switches["enable"], chonry.switches["run"]
    assert (enable.space, enable.address, enable.on) == (Space.HOLDING, 0, 1)
    assert (run.space, run.address, run.on, run.off) == (Space.COIL, 1, 1, 0)
    rate, flow = chonry.numbers["rate"], chonry.numbers["actual_rate"]
    assert (rate.space, rate.address, flow.space, flow.address) == (Space.HOLDING, 5, Space.INPUT, 4)
    assert rate.scale.unit == 60_000_000
    assert not chonry.is_low_word_first


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("resumes_after_silence", "resumes_after_silense", "resumes_after_silence"),
        ("format = 1", "format = 2", "format 2"),
        ('word_order = "big"', 'word_order = "middle"', "word_order"),
        ("resumes_after_silence = false", "resumes_after_silence = 0", "true or false"),
        ("[points]", "[points]\nbolus = { space = 'coil', address = 9, on = 1 }", "bolus has no meaning"),
        ("on = 1, off = 0 }", "on = 1, off = 0, toggles = true }", "toggles"),
        ("on = 1, off = 0", "on = 1, off = 1", "the same"),
        ("run = {", "# run = {", "points.run is missing"),
        ('address = 4, kind = "u16"', 'address = 3, kind = "u16"', "share holding 3"),
        ('step = "0.001 ml/h"', 'step = "0.001 ml"', "not a step of a rate"),
        ('step = "1 s"', "step = 1", "not a text"),
        ('"coil", address = 0, on', '"input", address = 20, on', "cannot stand"),
        ("address = 5, kind", "address = true, kind", "whole number"),
        ("[1, 2, 3, 4, 5, 6, 15, 16, 23]", "[1, 3, 4, 5, 6, 15]", "function 16"),
        ("[1, 2, 3, 4, 5, 6, 15, 16, 23]", "[1, 3, 5, 6, 15, 16]", "function 4"),
        ("[1, 2, 3, 4, 5, 6, 15, 16, 23]", "[1, 3, 4, 6, 16]", "function 5 or 15"),
        (
            'space = "input"\naddress = 0\ncount = 8',
            'space = "input"\naddress = 0\ncount = 7',
            "not read whole",
        ),
        ("count = 8", 'count = 6\n[[reads]]\nspace = "input"\naddress = 5\ncount = 3', "one request"),
        ("address = 6, count = 5 }", "address = 6, count = 6 }", "shape of another question"),
        ("address = 9, count = 2", "address = 10, count = 2", "outside the block"),
        ('rate_min = "0.01 ml/h"', "# no rate_min", "limits"),
        ('form = "version"', 'form = "float"', "form"),
        ("running = 0, withdrawing = 1", "running = 0, withdrawing = 0", "twice"),
    ],
)
def test_a_map_that_is_wrong_in_one_thing_is_refused_for_it(old: str, new: str, why: str) -> None:
    assert old in DEFAULT, "the example no longer breaks anything"
    with pytest.raises(MapRefused, match=why):
        parse_map(DEFAULT.replace(old, new))


def test_what_is_no_toml_is_refused_by_the_same_name() -> None:
    with pytest.raises(MapRefused, match="without a name"):
        parse_map("format = ")
