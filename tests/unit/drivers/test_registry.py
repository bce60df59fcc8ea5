import asyncio
import re
from collections.abc import Callable, Mapping
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import pytest

from drivers import registry
from drivers.contract import DriverEvent
from drivers.registry import FamilyUnknown, Lines, Option, OptionsRefused, Value


def _hear(event: DriverEvent) -> None:
    """Nobody listens."""


def test_our_families_are_registered_and_none_is_imported_to_say_so() -> None:
    assert {"alaris", "chemyx", "harvard", "modbus", "new_era"} <= set(registry.families())


def test_options_come_back_complete() -> None:
    options = registry.checked("new_era", {"model": "NE1000", "address": 3})
    assert options == {"baud": 19200, "address": 3, "model": "NE1000", "firmware": "", "lease_s": 2} | options
    assert options["address"] == 3


def test_every_fault_is_told_at_once_with_key_value_and_limit() -> None:
    """R: a wrong input is refused with its reason (design law 10)."""
    given = {"adress": 1, "address": 100, "baud": 300, "lease_s": "2", "model": "NE 1000"}
    with pytest.raises(OptionsRefused) as refused:
        registry.checked("new_era", given)
    faults = dict(refused.value.faults)
    assert set(faults) == set(given)
    assert faults["adress"].startswith("adress: pumps of the family new_era have no such key; they have baud")
    assert faults["address"].startswith("address = 100: must be 0 to 99")
    assert faults["baud"].startswith("baud = 300: must be one of 19200, 9600")
    assert faults["lease_s"].startswith("lease_s = '2': must be a whole number")
    assert faults["model"].startswith("model = 'NE 1000': does not fit")


def test_a_key_that_must_be_given_is_named() -> None:
    with pytest.raises(OptionsRefused, match="model: must be given"):
        registry.checked("new_era", {})


@pytest.mark.parametrize("value", [True, 1.0, None])
def test_a_whole_number_is_nothing_else(value: object) -> None:
    option = Option("n", int, "a number", default=1, lowest=0, highest=9)
    assert "must be a whole number" in option.fault(value)
    assert option.fault(9) == ""
    assert "must be 0 to 9" in option.fault(10)


def test_an_unknown_family_is_refused_with_those_there_are() -> None:
    with pytest.raises(FamilyUnknown, match=r"driver = 'nope': no such .* installed are .*new_era"):
        registry.family("nope")


def test_a_family_that_cannot_be_imported_or_exports_too_little_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def found(group: str) -> tuple[EntryPoint, ...]:
        return (
            EntryPoint("gone", "no.such.module", group),
            EntryPoint("bare", "json", group),
            EntryPoint("twice", "json", group),
            EntryPoint("twice", "csv", group),
        )

    monkeypatch.setattr(registry, "entry_points", found)
    with pytest.raises(FamilyUnknown, match="cannot be imported"):
        registry.family("gone")
    with pytest.raises(FamilyUnknown, match="exports no OPTIONS and no capabilities_from and no driver_from"):
        registry.family("bare")
    with pytest.raises(FamilyUnknown, match="several packages bring this family"):
        registry.family("twice")


async def test_pumps_on_one_port_share_its_line() -> None:
    opened: list[str] = []

    async def connect(port: str, baud: int, protocol: object) -> asyncio.Transport:
        opened.append(port)
        await asyncio.Event().wait()
        raise AssertionError

    lines = Lines(lambda: 0, connect)
    first = lines.driver("new_era", {"model": "NE", "address": 1}, "/dev/a", _hear)
    second = lines.driver("new_era", {"model": "NE", "address": 2}, "/dev/a", _hear)
    tasks = [asyncio.create_task(one.run()) for one in (first, second)]
    await asyncio.sleep(0.01)
    assert opened == ["/dev/a"]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def test_a_port_has_one_family_and_one_speed() -> None:
    lines = Lines(lambda: 0)
    lines.driver("new_era", {"model": "NE"}, "/dev/a", _hear)
    with pytest.raises(OptionsRefused, match=r"baud = 9600: another pump on /dev/a is configured with 19200"):
        lines.driver("new_era", {"model": "NE", "address": 1, "baud": 9600}, "/dev/a", _hear)
    with pytest.raises(OptionsRefused, match="a pump of the family new_era is configured there"):
        lines.driver("chemyx", {"slowest_nm_h": 1, "fastest_nm_h": 2}, "/dev/a", _hear)


@pytest.mark.parametrize(("key", "value", "there"), [("parity", "E", "'N'"), ("stop_bits", 2, "1")])
def test_pumps_on_one_port_agree_on_how_a_byte_is_framed(key: str, value: object, there: str) -> None:
    """The port is opened once: the second pump would never be heard."""
    lines = Lines(lambda: 0)
    lines.driver("modbus", {"model": "P"}, "/dev/a", _hear)
    refused = f"{key} = {value!r}: another pump on /dev/a is configured with {there}"
    with pytest.raises(OptionsRefused, match=refused):
        lines.driver("modbus", {"model": "P", "unit": 2, key: value}, "/dev/a", _hear)


def test_a_family_without_chains_has_one_pump_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    def driver_from(
        options: Mapping[str, Value],
        port: str,
        listener: Callable[[DriverEvent], None],
        link_ms: Callable[[], int],
        connect: object = None,
        line: object = None,
    ) -> str:
        return f"driver on {port}"

    monkeypatch.setattr(registry, "family", lambda name: SimpleNamespace(OPTIONS=(), driver_from=driver_from))
    lines = Lines(lambda: 0)
    assert lines.driver("solo", {}, "/dev/a", _hear) == "driver on /dev/a"
    assert lines.driver("solo", {}, "/dev/b", _hear) == "driver on /dev/b"
    with pytest.raises(OptionsRefused, match="it shares no port"):
        lines.driver("solo", {}, "/dev/a", _hear)


def test_the_manual_names_every_key_of_every_family() -> None:
    """docs/pumps.md: what a site may write stands there, and nothing else does."""
    manual = (Path(__file__).parents[3] / "docs" / "pumps.md").read_text(encoding="utf-8")
    table, owner = manual.partition("## Keys beside")[2], ""
    written: dict[str, set[str]] = {}
    for line in table.splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) < 5 or cells[1] in ("family", "---"):
            continue
        owner = cells[1].strip("`") or owner
        written.setdefault(owner, set()).update(re.findall(r"`([a-z_]+)`", cells[2]))
    del written["all"]
    assert written == {
        name: {one.key for one in registry.family(name).OPTIONS} for name in registry.families()
    }
