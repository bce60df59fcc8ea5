"""docs/modbus-map.md says what the default map says, line by line, and names every key there is."""

import re
from pathlib import Path

from modbus_bench import DEFAULT

from drivers.modbus.library import packaged_maps
from drivers.modbus.numbers import UNITS
from drivers.modbus.parse_map import NUMBERS, SWITCHES, TOP, WORDS, parse_map

PAGE = (Path(__file__).parents[4] / "docs" / "modbus-map.md").read_text(encoding="utf-8")
LAYOUT = parse_map(DEFAULT)
ROWS = {
    match[1]: (match[2], int(match[3]), match[4].strip(), match[5].strip())
    for match in re.finditer(
        r"^\| (\w+) \| (coil|holding|input) (\d+) \| (.*?) \|(.*?)\|$", PAGE, re.MULTILINE
    )
}


def test_every_point_stands_in_the_table_and_nothing_else() -> None:
    identity = {key for key in ("model", "firmware", "serial") if getattr(LAYOUT.who, key)}
    assert set(ROWS) == set(LAYOUT.numbers) | set(LAYOUT.switches) | set(LAYOUT.words) | identity


def test_places_kinds_and_steps_are_the_maps() -> None:
    for key, (space, address, kept_as, step) in ROWS.items():
        place = LAYOUT.place(key) or getattr(LAYOUT.who, key)
        assert (place.space.value, place.address) == (space, address), key
        if key in LAYOUT.numbers:
            assert (LAYOUT.numbers[key].scale.kind.value, LAYOUT.numbers[key].scale.text) == (kept_as, step)
        for name, bit in getattr(place, "bits", {}).items():
            assert re.search(rf"\b{bit} {name}\b", kept_as), (key, name)


def test_every_key_meaning_unit_and_map_is_named() -> None:
    units = {unit for table in UNITS.values() for unit in table}
    for word in {
        *TOP,
        *NUMBERS,
        *SWITCHES,
        *WORDS,
        *units,
        *packaged_maps(),
        "rate_min",
        "rate_max",
        "names",
    }:
        assert word in PAGE, word
