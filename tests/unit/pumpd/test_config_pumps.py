"""`[channels.pump]`: the family's own keys, the syringes it can take, and a risk that somebody has to own."""

from pathlib import Path
from typing import Any

import pytest

from drivers.contract import WatchdogKind
from pumpd.config import ConfigRefused, parse
from pumpd.config_pumps import LONGEST_SILENCE_MS, abilities_of, pump_faults, risk_of
from pumpd.core.library import SYRINGES
from pumpd.policy import UNBOUND_MS, policy_for

EXAMPLE = Path(__file__).parents[3] / "docs" / "config-example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
NEW_ERA = {"driver": "new_era", "port": "/dev/ttyS0", "model": "NE1000"}
ALARIS = {
    "driver": "alaris",
    "port": "/dev/ttyS0",
    "serial": "8003-00417",
    "syringe_um": SYRINGES["bd-60"].diameter_um,
    "rate_max_nl_h": 1_200_000_000,
}
CHONRY = {"driver": "modbus", "port": "/dev/ttyS0", "map": "chonry-wp110", "model": "x"}


def faults(pump: dict[str, Any], **channel: object) -> list[tuple[tuple[str | int, ...], str]]:
    tree = {"channels": [{"name": "bed-1", "pump": pump, **channel}]}
    return [(fault.loc[3:], fault.text) for fault in pump_faults(tree)]


def test_a_pump_as_its_family_wants_it_has_no_fault() -> None:
    assert faults(NEW_ERA) == []
    assert faults({**ALARIS, "accepted_risk": "bench"}, syringes=["bd-60"]) == []


@pytest.mark.parametrize(
    ("pump", "key", "says"),
    [
        ({**NEW_ERA, "driver": "newera"}, "driver", "no such pump family is installed; installed are alaris"),
        ({**NEW_ERA, "turbo": True}, "turbo", "no such key; they have baud, address, model"),
        ({**NEW_ERA, "lease_s": 9}, "lease_s", "must be 1 to 5; s; the pump stops itself"),
        ({**NEW_ERA, "baud": "19200"}, "baud", "must be a whole number"),
        ({"driver": "new_era", "port": "/dev/ttyS0"}, "model", "must be given"),
        ({**CHONRY, "map": "nowhere"}, "map", "not one of chonry-wp110, pumpd-default"),
    ],
)
def test_a_wrong_key_is_told_at_its_key_in_the_family_s_words(
    pump: dict[str, Any], key: str, says: str
) -> None:
    ((loc, text),) = faults(pump)
    assert loc == (key,)
    assert says in text
    assert not text.startswith(f"{key} ="), "the place says that already"


def test_a_pump_that_can_take_none_of_the_syringes_is_refused() -> None:
    ((loc, text),) = faults({**ALARIS, "accepted_risk": "bench"}, syringes=["bd-10"])
    assert (loc, text) == ((), "this pump can take none of the syringes allowed here (bd-10)")


def test_a_pump_that_nothing_stops_in_time_needs_somebody_who_accepts_that() -> None:
    """Law 7, faults row 8."""
    ((_, text),) = faults(ALARIS, syringes=["bd-60"])
    assert "goes on for up to 15 s when the host falls silent; write why this site accepts that" in text
    ((_, text),) = faults(CHONRY, syringes=["bd-60"])
    assert "nothing stops this pump when the host falls silent" in text


def test_basic_mode_needs_somebody_who_accepts_it_and_the_fault_stands_at_its_key() -> None:
    """Law 7, docs/decisions/0020: key, value, what is missing."""
    basic = {**NEW_ERA, "protocol": "basic"}
    ((loc, text),) = faults(basic)
    assert loc == ("protocol",)
    assert "nothing stops this pump when the host falls silent before it has given the whole volume" in text
    assert "write why this site accepts that as accepted_risk" in text
    assert faults({**basic, "accepted_risk": "bench"}) == []
    ((loc, text),) = faults({**basic, "lease_s": 3, "accepted_risk": "bench"})
    assert loc == ("lease_s",)
    assert "in basic mode the pump has no watchdog that could be set; leave it out" in text
    ((loc, text),) = faults({**NEW_ERA, "protocol": "fast"})
    assert (loc, text.startswith("must be one of safe, basic")) == (("protocol",), True)


def test_five_seconds_are_no_risk_and_more_are() -> None:
    abilities = abilities_of(
        "new_era", {"model": "NE1000", "lease_s": LONGEST_SILENCE_MS // 1000}, ("bd-60",)
    )
    assert risk_of(abilities["bd-60"]) == ""


def test_what_has_no_shape_is_the_model_s_to_tell() -> None:
    trees: list[dict[str, Any]] = [{}, {"channels": 3}, {"channels": [3]}, {"channels": [{"pump": 3}]}]
    assert [list(pump_faults(tree)) for tree in trees] == [[], [], [], []]
    assert list(pump_faults({"channels": [{"pump": {"driver": 3}}]})) == []


def test_a_file_is_refused_by_line() -> None:
    text = TEXT.replace("lease_s = 2", "lease_s = 7", 1)
    with pytest.raises(ConfigRefused) as caught:
        parse(text, "x.toml")
    (line,) = caught.value.faults
    assert "channels[bed-1].pump.lease_s = 7: must be 1 to 5" in line


def test_the_policy_knows_what_ends_a_silence_and_who_accepted_it() -> None:
    channel = parse(TEXT, "x.toml").channels[0]
    assert policy_for(channel).accepted_risk == ""

    def policy(pump: dict[str, object]) -> tuple[WatchdogKind, int, str]:
        changed = channel.model_validate_json(
            channel.model_copy(update={"syringes": ("bd-60",)}).model_dump_json(exclude={"pump"})[:-1]
            + ',"pump":'
            + type(channel.pump).model_validate(pump).model_dump_json()
            + "}"
        )
        made = policy_for(changed)
        return made.watchdog, made.lease_ms, made.accepted_risk

    kind, lease_ms, risk = policy({**ALARIS, "accepted_risk": "a technician stands beside it"})
    assert (kind, lease_ms) == (WatchdogKind.COMMUNICATION, 15_000)
    assert risk.endswith("silent; accepted: a technician stands beside it")
    kind, lease_ms, _ = policy({**CHONRY, "accepted_risk": "never run"})
    assert (kind, lease_ms) == (WatchdogKind.NONE, UNBOUND_MS)


@pytest.mark.parametrize(
    ("pump", "key", "says"),
    [
        ({"driver": "harvard", "port": "/dev/ttyS0"}, "model", "for example model 11 ELITE"),
        (
            {"driver": "modbus", "port": "/dev/ttyS0", "model": "x", "transport": "tcp"},
            "transport",
            "/dev/ttyS0: transport tcp needs a port like tcp:HOST:502",
        ),
    ],
)
def test_what_only_the_values_together_show_is_told_before_anything_runs(
    pump: dict[str, Any], key: str, says: str
) -> None:
    """Row 102: found when the daemon made its drivers, and not by `pumpd check`."""
    ((loc, text),) = faults(pump)
    assert loc == (key,)
    assert says in text


def test_a_line_that_cannot_be_shared_is_told_at_the_second_pump() -> None:
    """docs/decisions/0020."""
    basic = {**NEW_ERA, "protocol": "basic", "accepted_risk": "bench"}
    pumps = [{**basic, "address": 0}, {**basic, "address": 1}]
    told = list(pump_faults({"channels": [{"name": f"bed-{i}", "pump": one} for i, one in enumerate(pumps)]}))
    assert [one.loc for one in told] == [("channels", 1, "pump", "port")]
    assert "it shares no port" in told[0].text


def test_pumps_that_share_a_line_well_have_no_fault() -> None:
    pumps = [{**NEW_ERA, "address": 0}, {**NEW_ERA, "address": 1}]
    assert (
        list(pump_faults({"channels": [{"name": f"bed-{i}", "pump": one} for i, one in enumerate(pumps)]}))
        == []
    )
    slow = [pumps[0], {**pumps[1], "baud": 9600}]
    (told,) = pump_faults({"channels": [{"name": f"bed-{i}", "pump": one} for i, one in enumerate(slow)]})
    assert (told.loc[-1], "another pump on /dev/ttyS0 is configured with 19200" in told.text) == (
        "baud",
        True,
    )


def test_a_site_cannot_write_that_any_pump_will_do() -> None:
    """I12: the identity must equal the binding, so there must be one. On a bench whoever answers will do."""
    ((where, sentence), *_) = faults({"driver": "harvard", "port": "/dev/ttyS0", "model": "*"})
    assert where[-1] == "model"
    assert "name the one that stands at this bed" in sentence
