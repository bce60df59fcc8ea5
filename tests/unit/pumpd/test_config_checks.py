"""What must hold between keys."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from pumpd.config_checks import cross_faults
from pumpd.config_words import Loc

GOOD: dict[str, Any] = {
    "broker": {"tls": True, "ca_file": "/a", "username": "u", "password_file": "/p"},
    "users": [
        {"name": "dora", "roles": ["prescriber"], "pin_scrypt": "a"},
        {"name": "nina", "roles": ["nurse", "engineer"], "pin_scrypt": "b"},
    ],
    "channels": [
        {"name": "bed-1", "bed": "bed-1", "monitors": ["m-1"], "transducer": "t-1", "pump": {"port": "/a"}},
        {"name": "bed-2", "bed": "bed-2", "monitors": ["m-2"], "transducer": "t-2", "pump": {"port": "/b"}},
    ],
}

Change = Callable[[dict[str, Any]], object]


def _faults(change: Change) -> list[tuple[Loc, str]]:
    tree = deepcopy(GOOD)
    change(tree)
    return [(fault.loc, fault.text) for fault in cross_faults(tree)]


def test_a_right_tree_has_no_faults() -> None:
    assert _faults(lambda tree: None) == []


@pytest.mark.parametrize(
    ("change", "loc", "says"),
    [
        (lambda t: t["users"].pop(0), ("users",), "second person"),
        (lambda t: t["users"][1].update(roles=["engineer"]), ("users",), "nobody is a nurse"),
        (lambda t: t["users"][1].update(name="dora"), ("users", 1, "name"), "taken"),
        (lambda t: t["users"][1].update(pin_scrypt="a"), ("users", 1, "pin_scrypt"), "verify alone"),
        (lambda t: t["users"][1].update(roles=["nurse", "nurse"]), ("users", 1, "roles"), "more than once"),
        (lambda t: t["users"][0].update(roles=[]), ("users", 0, "roles"), "is empty"),
        (lambda t: t["channels"].clear(), ("channels",), "there are none"),
        (lambda t: t["channels"][1].update(name="bed-1"), ("channels", 1, "name"), "taken"),
        (lambda t: t["channels"][1]["pump"].update(port="/a"), ("channels", 1, "pump", "port"), "bed-1"),
        (
            lambda t: t["channels"][1]["pump"].update(port="/a", address=1),
            ("channels", 1, "pump", "port"),
            "have an address each",
        ),
        (lambda t: t["channels"][1].update(monitors=["m-1"]), ("channels", 1, "monitors"), "one patient"),
        (lambda t: t["channels"][1].update(transducer="t-1"), ("channels", 1, "transducer"), "bed bed-1"),
        (lambda t: t["channels"][1].update(button="m-1"), ("channels", 1, "button"), "bed bed-1"),
        (lambda t: t["channels"][1].update(air_sensor="t-1"), ("channels", 1, "air_sensor"), "one patient"),
        (
            lambda t: t.update(sounders=[{"device": "/dev/tty1"}, {"device": "/dev/tty1"}]),
            ("sounders", 1, "device"),
            "earlier sounder",
        ),
        (lambda t: t["channels"][0].update(monitors=["m", "m"]), ("channels", 0, "monitors"), "more than"),
        (lambda t: t["channels"][0].update(syringes=[]), ("channels", 0, "syringes"), "is empty"),
        (lambda t: t["broker"].pop("username"), ("broker", "password_file"), "without username"),
        (lambda t: t["broker"].pop("password_file"), ("broker", "username"), "without password_file"),
        (lambda t: t["broker"].update(cert_file="/c"), ("broker", "cert_file"), "without key_file"),
        (lambda t: t["broker"].update(key_file="/k"), ("broker", "key_file"), "without cert_file"),
        (lambda t: t["broker"].update(tls=False), ("broker", "ca_file"), "tls = false"),
    ],
)
def test_one_contradiction_is_one_fault_at_the_later_key(change: Change, loc: Loc, says: str) -> None:
    faults = _faults(change)
    assert [place for place, _ in faults] == [loc]
    assert says in faults[0][1]


def test_one_box_may_be_transducer_and_air_sensor_and_one_button_stop_both_pumps_of_a_bed() -> None:
    def both(tree: dict[str, Any]) -> None:
        tree["channels"][0].update(air_sensor="t-1", button="b-1")
        tree["channels"][1].update(bed="bed-1", monitors=["m-1"], button="b-1")

    assert _faults(both) == []


def test_two_pumps_for_one_bed_may_share_its_monitor() -> None:
    assert _faults(lambda t: t["channels"][1].update(bed="bed-1", monitors=["m-1"])) == []


@pytest.mark.parametrize(
    "wrong", [None, 3, "text", [], [3], ["text"], {}, {"x": 1}, [{"name": 3, "roles": 3}]]
)
@pytest.mark.parametrize("key", ["broker", "users", "channels", "sounders"])
def test_a_tree_of_the_wrong_shape_is_passed_over_not_stumbled_over(key: str, wrong: object) -> None:
    for loc, _ in _faults(lambda tree: tree.update({key: wrong})):
        assert loc[0] == key


def test_tls_without_an_authority_is_one_fault() -> None:
    faults = list(cross_faults({"broker": {"host": "b", "port": 8883}}))
    assert [one.loc for one in faults if "ca_file" in one.text] == [("broker",)]


def test_a_syringe_that_is_not_in_the_table_is_named() -> None:
    """Design law 10: not dropped, not guessed."""
    channel = {"name": "bed-1", "pump": {"port": "/dev/a"}, "syringes": ["bd-60", "bd-61"]}
    faults = [one for one in cross_faults({"channels": [channel]}) if "syringes" in one.loc]
    assert [one.loc for one in faults] == [("channels", 0, "syringes", 1)]
    assert "bd-60" in faults[0].text


def test_pumps_of_one_family_with_an_address_each_share_a_line() -> None:
    tree = deepcopy(GOOD)
    for row, address in zip(tree["channels"], (0, 1), strict=True):
        row["pump"] = {"driver": "new_era", "port": "/a", "model": "NE1000", "address": address}
    assert list(cross_faults(tree)) == []
    tree["channels"][1]["pump"]["address"] = 0
    (fault,) = cross_faults(tree)
    assert fault.loc == ("channels", 1, "pump", "port")
