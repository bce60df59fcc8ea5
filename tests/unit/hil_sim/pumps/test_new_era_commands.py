"""The NE-1000's commands, one row each (table in facts/protocols.md 1)."""

import pytest

from hil_sim.pumps.new_era import Nature, NewEraPump
from hil_sim.pumps.new_era_commands import split_address


def talk(*texts: str, nature: Nature | None = None) -> list[str]:
    """Answers of a fresh pump, its power-up alarm acknowledged, to each line in turn."""
    pump = NewEraPump(nature)
    answers = []
    for text in ("", *texts):
        pump.receive(text.encode() + b"\r", 0.0)
        answers.append(pump.output().strip(b"\x02\x03").decode())
    return answers[1:]


READY = ("DIA26.59", "RAT36MH")


@pytest.mark.parametrize(
    ("texts", "last"),
    [
        (("VER",), "00SNE1000V3.928"),
        (("DIA26.59", "DIA"), "00S26.59"),
        (("DIA0.05",), "00S?OOR"),
        (("DIA50.01",), "00S?OOR"),
        (("DIA",), "00S14.43"),
        ((*READY, "RUN", "DIA21.59"), "00I?NA"),
        (("RAT5.000MH", "RAT"), "00S5.000MH"),
        (("RAT5.000MH", "RAT6", "RAT"), "00S6.000MH"),
        (("RAT500.6MH",), "00S?OOR"),
        (("RAT12345",), "00S?OOR"),
        (("RAT6.8UH",), "00S?OOR"),
        (("RATX",), "00S?"),
        (("RAT0", "RAT"), "00S0.000MH"),
        ((*READY, "RUN", "RAT0"), "00I?OOR"),
        ((*READY, "RUN", "RAT72MH"), "00I?NA"),
        ((*READY, "RUN", "RAT72", "RAT"), "00I72.00MH"),
        ((*READY, "RATC72", "RAT"), "00S72.00MH"),
        (("VOL1.000", "VOL"), "00S1.000ML"),
        (("VOLUL", "VOL1000", "VOL"), "00S1000.UL"),
        (("DIA14.0", "VOL"), "00S0.000UL"),
        (("DIA14.01", "VOL"), "00S0.000ML"),
        ((*READY, "RUN", "VOL1"), "00I?NA"),
        (("DIRWDR", "DIR"), "00SWDR"),
        (("DIRREV", "DIR"), "00SWDR"),
        (("DIRREV", "DIRREV", "DIR"), "00SINF"),
        (("DIRSTP",), "00S?"),
        ((*READY, "RUN", "DIRWDR"), "00W"),
        ((*READY, "VOL1", "RUN", "DIRWDR"), "00I?NA"),
        (("PHN2", "FUNSTP", "FUN"), "00SSTP"),
        (("PHN",), "00S01"),
        (("PHN42",), "00S?OOR"),
        (("PHNX",), "00S?"),
        (("PHN2", "FUNRAT", "RAT5MH", "PHN1", "RAT"), "00S0.000MH"),
        (("FUNXYZ",), "00S?"),
        (("PHN2", "FUNPAS05", "FUN"), "00SPAS05"),
        ((*READY, "RUN", "PHN2"), "00I?NA"),
        ((*READY, "RUN", "FUNSTP"), "00I?NA"),
        ((*READY, "RUN"), "00I"),
        ((*READY, "RUN1"), "00I"),
        ((*READY, "RUNX"), "00S?"),
        ((*READY, "DIRWDR", "RUN"), "00W"),
        ((*READY, "RUN", "RUN"), "00I?NA"),
        (("RUN",), "00A?O"),
        (("RUN", ""), "00S"),
        ((*READY, "RUN", "STP"), "00P"),
        ((*READY, "RUN", "STP", "RUN"), "00I"),
        ((*READY, "RUN", "STP", "STP"), "00S"),
        ((*READY, "RUN", "STP", "STP", "STP"), "00S?NA"),
        ((*READY, "PUR"), "00X"),
        ((*READY, "PUR", "PUR"), "00X?NA"),
        ((*READY, "PUR", "STP"), "00S"),
        (("DIS",), "00SI0.000W0.000ML"),
        (("CLDINF",), "00S"),
        (("CLDWDR",), "00S"),
        (("CLD",), "00S?"),
        ((*READY, "RUN", "CLDINF"), "00I?NA"),
        (("SAF",), "00S0"),
        (("SAF256",), "00S?OOR"),
        (("SAFX",), "00S?"),
        (("PF",), "00S0"),
        (("PF1", "PF"), "00S1"),
        (("AL2",), "00S?"),
        (("LOC1", "LOC"), "00S1"),
        (("BUZ13",), "00S"),
        (("BUZ9",), "00S?"),
        (("*ADR3",), "03S"),
        (("*ADR3", "3VER"), "03SNE1000V3.928"),
        (("*ADR5B1200", "*ADR"), "05S05"),
        (("*ADRX",), "00S?"),
        (("*ADR3", "DIA26.59"), ""),
        (("*ADR3", "3DIA26.59", "*RESET", "DIA"), "00S26.59"),
        (("*RES",), "00S?"),
        (("GO",), "00S?"),
        (("VER2",), "00S?"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else value,
)
def test_each_command_is_answered_as_the_table_says(texts: tuple[str, ...], last: str) -> None:
    assert talk(*texts)[-1] == last


def test_a_pump_of_the_other_school_accepts_a_stop_when_stopped() -> None:
    """facts/protocols.md 1, "stop": the sources disagree, a driver accepts both."""
    assert talk("STP", nature=Nature(stop_when_stopped="")) == ["00S"]


def test_an_ignored_rate_is_acknowledged_and_unchanged() -> None:
    """faults row 5."""
    pump = NewEraPump()
    pump.quirks.is_rate_ignored = True
    for text in ("", "RAT5MH", "RAT"):
        pump.receive(text.encode() + b"\r", 0.0)

    assert pump.output() == b"\x0200A?R\x03\x0200S\x03\x0200S0.000MH\x03"


def test_the_counter_wraps_at_ten_thousand_of_its_unit() -> None:
    """faults row 12."""
    pump = NewEraPump()
    pump.motor.infused_nl = 10_000_500.0
    for text in ("", "DIA11.99", "DIS"):
        pump.receive(text.encode() + b"\r", 0.0)
        if text.startswith("DIA"):
            pump.motor.infused_nl = 10_000_500.0

    assert pump.output().endswith(b"\x0200SI0.500W0.000UL\x03")


def test_changing_the_diameter_resets_the_counters() -> None:
    pump = NewEraPump()
    pump.motor.infused_nl = 5e6
    for text in ("", "DIA26.59", "DIS"):
        pump.receive(text.encode() + b"\r", 0.0)

    assert pump.output().endswith(b"\x0200SI0.000W0.000ML\x03")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("RUN", (False, 0, "RUN")),
        ("7RUN", (False, 7, "RUN")),
        ("12", (False, 12, "")),
        ("*ADR3", (True, 0, "*ADR3")),
    ],
)
def test_addresses_have_one_or_two_digits_and_default_to_0(text: str, parts: tuple[bool, int, str]) -> None:
    assert split_address(text) == parts
