"""Ports: absent, dangling, not a device, not ours, held by another, shifting, and named twice."""

import os
import pty
from dataclasses import replace
from pathlib import Path

import pytest

from pumpd.doctor.ports import Account, PortReading, account_of, judge_names, judge_port, read_port
from pumpd.doctor.verdict import Level

PUMPD = Account("pumpd", 990, frozenset({990, 20}))
GOOD = PortReading(
    "/dev/serial/by-id/usb-1",
    "/dev/ttyUSB0",
    is_device=True,
    mode=0o660,
    owner=0,
    group=20,
    group_name="dialout",
)


def test_a_port_in_order_says_its_device_group_and_account() -> None:
    found = judge_port("bed-1", GOOD, PUMPD)
    assert found.line() == (
        "ok    port bed-1: /dev/serial/by-id/usb-1 (/dev/ttyUSB0), dialout 0660, pumpd may use it"
    )


@pytest.mark.parametrize(
    ("reading", "level", "says", "remedy"),
    [
        (PortReading("/dev/ttyUSB9"), Level.FAIL, "/dev/ttyUSB9 is not there", "by-id"),
        (PortReading("/dev/x", is_dangling=True), Level.FAIL, "leads to nothing", "plug the adapter in"),
        (replace(GOOD, is_device=False), Level.FAIL, "is no device", "serial port"),
        (replace(GOOD, group=5, group_name="tty"), Level.FAIL, "pumpd may not read", "usermod -aG tty pumpd"),
        (replace(GOOD, mode=0o640), Level.FAIL, "may not read and write", "usermod"),
        (
            replace(GOOD, holders=("minicom (77)",)),
            Level.FAIL,
            "held open by minicom (77)",
            "end that program",
        ),
        (replace(GOOD, path="/dev/ttyUSB0"), Level.WARN, "its number changes", "by-id"),
    ],
)
def test_what_is_wrong_with_a_port_is_told_with_what_helps(
    reading: PortReading, level: Level, says: str, remedy: str
) -> None:
    found = judge_port("bed-1", reading, PUMPD)
    assert found.level is level
    assert says in found.measured
    assert remedy in found.remedy


def test_the_daemon_itself_may_hold_it() -> None:
    assert judge_port("b", replace(GOOD, holders=("pumpd (77)",)), PUMPD, frozenset({77})).level is Level.OK


def test_root_and_the_owner_may_use_what_its_group_may_not() -> None:
    shut = replace(GOOD, mode=0o600, owner=990)
    assert judge_port("b", shut, PUMPD).level is Level.OK
    assert judge_port("b", replace(shut, owner=1), Account("root", 0, frozenset())).level is Level.OK
    assert judge_port("b", replace(shut, owner=1, mode=0o666, group=1), PUMPD).level is Level.OK


def test_a_real_terminal_is_read_and_who_holds_it(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs)
    link = tmp_path / "pump"
    link.symlink_to(name)
    try:
        reading = read_port(str(link))
        assert (reading.real, reading.is_device) == (name, True)
    finally:
        os.close(ours)
        os.close(theirs)
    (tmp_path / "gone").symlink_to(tmp_path / "none")
    assert read_port(str(tmp_path / "gone")) == PortReading(str(tmp_path / "gone"), is_dangling=True)
    assert read_port(str(tmp_path / "never")) == PortReading(str(tmp_path / "never"))


def test_two_names_of_one_cable_are_found_and_one_name_twice_is_a_chain() -> None:
    same = {"bed-1": ("/dev/a", "/dev/ttyS0"), "bed-2": ("/dev/b", "/dev/ttyS0"), "bed-3": ("/dev/c", "")}
    (found,) = judge_names(same)
    assert (found.subject, found.level) == ("bed-2", Level.FAIL)
    assert "/dev/b and /dev/a of bed-1 are the same /dev/ttyS0" in found.measured
    assert judge_names({"bed-1": ("/dev/a", "/dev/t"), "bed-2": ("/dev/a", "/dev/t")}) == ()


def test_an_account_that_is_not_there_is_whoever_asks() -> None:
    assert account_of("no-such-account").uid == os.geteuid()
    assert account_of("root").uid == 0
