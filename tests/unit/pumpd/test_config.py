"""Configuration: everything right loads, everything else is refused whole, each fault once, by its line."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError
from wrong_configs import SLIPS, Slip

from pumpd.config import LARGEST_FILE_BYTES, Config, ConfigRefused, Role, config_hash, load, parse
from pumpd.config_checks import ROLES

EXAMPLE = Path(__file__).parents[3] / "docs" / "config-example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")


def _refusal(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigRefused) as caught:
        parse(text, "x.toml")
    assert str(caught.value) == "\n".join(caught.value.faults)
    return caught.value.faults


def _line_of(words: str, text: str = TEXT) -> int:
    return text[: text.index(words)].count("\n") + 1


def _changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def test_the_example_in_the_documents_loads() -> None:
    config = load(EXAMPLE)
    assert config.site.name == "ward-3"
    assert config.broker.keepalive_s == 4
    assert [user.roles for user in config.users] == [("prescriber",), ("nurse",), ("engineer",)]
    channel = config.channels[0]
    assert (channel.pump.driver, channel.pump.baud, channel.pump.lease_s) == ("new_era", 19200, 2)
    assert channel.monitors == ("monitor-1",)
    assert channel.line_pressure_limit_mmhg == 300
    assert (channel.air_sensor, channel.button) == ("air-1", "button-1")
    assert config.alarms.listener_within_s == 15
    assert [(one.kind, one.device, one.light) for one in config.sounders] == [("bell", "/dev/tty1", False)]


def test_the_clinic_s_table_may_be_left_out_and_then_it_is_the_bench() -> None:
    clinic = load(EXAMPLE).clinic
    assert clinic is not None
    assert (clinic.observation_min, clinic.series_of) == (60, 6)
    bench = parse(TEXT[: TEXT.index("[clinic]")] + TEXT[TEXT.index("# The site's own") :], "x.toml")
    assert bench.clinic is None
    default = parse(TEXT.replace("observation_min = 60", "").replace("series_of = 6", ""), "x.toml")
    assert default.clinic == clinic


def test_a_site_without_sounders_or_alarm_keys_has_none_and_waits_fifteen_seconds() -> None:
    text = TEXT[: TEXT.index("[alarms]")] + TEXT[TEXT.index("# One channel") :]
    config = parse(text, "x.toml")
    assert (config.sounders, config.alarms.listener_within_s) == ((), 15)


def test_what_may_be_left_out_has_the_documented_default() -> None:
    text = TEXT
    for line in TEXT.splitlines():
        key = line.split("=")[0].strip()
        if key in {"tls", "cert_file", "key_file", "username", "password_file", "keepalive_s"} | {
            "mode",
            "baud",
            "address",
            "firmware",
            "lease_s",
            "transducer",
            "air_sensor",
            "button",
            "line_pressure_limit_mmhg",
            "syringes",
        }:
            text = text.replace(line + "\n", "", 1)
    config = parse(text, "x.toml")
    assert config.broker.tls is True
    assert config.broker.cert_file is config.broker.username is None
    assert config.broker.keepalive_s == 4
    assert config.console.mode == "0660"
    pump, channel = config.channels[0].pump, config.channels[0]
    assert (pump.options, pump.accepted_risk) == ({"model": "NE1000"}, ""), "the family fills in its own"
    assert (channel.air_sensor, channel.button) == (None, None)
    assert (channel.transducer, channel.line_pressure_limit_mmhg, channel.syringes) == (None, 300, None)


@pytest.mark.parametrize("slip", SLIPS, ids=[one.new for one in SLIPS])
def test_one_wrong_value_is_one_fault_that_names_line_key_and_what_would_be_right(slip: Slip) -> None:
    text = _changed(slip.old, slip.new)
    faults = _refusal(text)
    assert len(faults) == 1, faults
    line = slip.line(text if slip.at else TEXT)
    assert faults[0].startswith(f"x.toml:{line}: {slip.key}")
    assert slip.says in faults[0]


def test_a_table_nobody_knows_is_refused_at_its_header() -> None:
    faults = _refusal(TEXT + "\n[extra]\nx = 1\n")
    assert len(faults) == 1
    assert faults[0].startswith(f"x.toml:{TEXT.count(chr(10)) + 2}: extra: there is no such key here")


def test_a_missing_key_is_told_at_its_table_with_meaning_and_example() -> None:
    text = _changed('model = "NE1000"', '# model = "NE1000"')
    line = _line_of("[channels.pump]", text)
    assert _refusal(text) == (
        f"x.toml:{line}: channels[bed-1].pump.model: must be given; "
        "what the pump's model must begin with, for example NE1000",
    )


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = _changed("port = 8883", "port = 0").replace("lease_s = 2", "lease_s = 9")
    text = text.replace('name = "otto"', 'name = "nina"')
    faults = _refusal(text)
    assert [fault.split(" ")[1] for fault in faults] == [
        "broker.port",
        "users[nina].name",
        "channels[bed-1].pump.lease_s",
    ]


def test_a_hash_is_never_repeated_in_a_fault() -> None:
    secret = "scrypt$16384$8$1$tooshort"
    whole = next(line for line in TEXT.splitlines() if line.startswith("pin_scrypt"))
    for changed in (f'pin_scrypt = "{secret}"', f'name2 = "{secret}"', f'pins = ["{secret}"]'):
        faults = _refusal(TEXT.replace(whole, changed, 1))
        assert faults
        assert secret not in "".join(faults)


def test_text_that_is_not_toml_is_refused_with_its_line() -> None:
    faults = _refusal(_changed("port = 8883", "port = 08883"))
    assert len(faults) == 1
    place = f"x.toml:{_line_of('port = 8883')}"
    assert faults[0] == f"{place}: port = 08883: not TOML: a number has no leading zero"
    assert _refusal("a = [")[0].startswith("x.toml:1: a = [: not TOML: ")


def test_lines_that_are_no_toml_hide_no_wrong_value_and_make_none() -> None:
    """All at once: two slips of the pen and a wrong number; what a torn line held is not said to be missing."""
    text = _changed("tls = true", "tls = True").replace('name = "ward-3"', "name = ward-3", 1)
    faults = _refusal(text.replace("keepalive_s = 4", "keepalive_s = 6", 1))
    assert [fault.split(": ")[1] for fault in faults] == [
        "name = ward-3 # a-z, 0-9 and -; it stands in the MQTT topics pumpd publishes",
        "tls = True # without it anybody on the network can speak for a monitor",
        "broker.keepalive_s = 6",
    ]
    torn = _refusal(_changed("[journal]", "[journal"))
    assert len(torn) == 1
    assert torn[0].startswith(f"x.toml:{_line_of('[journal]')}: [journal: not TOML: ")


def test_a_mistyped_key_of_the_pump_is_one_fault() -> None:
    (fault,) = _refusal(_changed('model = "NE1000"', 'modle = "NE1000"'))
    assert "channels[bed-1].pump.modle" in fault
    assert "did you mean model?" in fault


def test_one_path_with_two_purposes_is_refused() -> None:
    (fault,) = _refusal(
        _changed('socket = "/run/pumpd/console.sock"', 'socket = "/var/lib//pumpd/journal.sqlite"')
    )
    assert "console.socket" in fault
    assert "is journal.path already" in fault


def test_one_port_written_in_two_ways_is_still_one_port() -> None:
    second = TEXT[TEXT.index("[[channels]]") :].replace("bed-1", "bed-2")
    for key in ("monitor-1", "transducer-1", "air-1", "button-1"):
        second = second.replace(key, key.replace("1", "2"))
    (fault,) = _refusal(TEXT + second.replace("/dev/serial/", "/dev//serial/./"))
    assert "channels[bed-2].pump.port" in fault
    assert "belongs to channel bed-1" in fault


def test_windows_line_ends_are_read_and_are_no_change() -> None:
    """An editor of another system; the hash is of the meaning."""
    assert config_hash(parse(TEXT.replace("\n", "\r\n"), "x.toml")) == config_hash(parse(TEXT, "x.toml"))
    (fault,) = _refusal(_changed("port = 8883", "port = 0").replace("\n", "\r\n"))
    assert fault.startswith(f"x.toml:{_line_of('port = 8883')}: broker.port = 0: must be at least 1")


def test_an_empty_file_names_every_table_that_is_required() -> None:
    assert {fault.split(" ")[1].rstrip(":") for fault in _refusal("")} == {
        name for name, field in Config.model_fields.items() if field.is_required()
    }


def test_a_file_that_is_absent_too_large_or_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "pumpd.toml"
    with pytest.raises(ConfigRefused, match=r"cannot be read: No such file"):
        load(path)
    path.write_bytes(b"#" * (LARGEST_FILE_BYTES + 1))
    with pytest.raises(ConfigRefused, match="larger than"):
        load(path)
    path.write_bytes(b"# one\n# \xff\n")
    with pytest.raises(ConfigRefused, match=r"pumpd\.toml:2: not UTF-8"):
        load(path)


def test_a_loaded_configuration_cannot_be_changed() -> None:
    config = parse(TEXT, "x.toml")
    with pytest.raises(ValidationError, match="frozen"):
        config.broker.port = 1  # type: ignore[misc]


def test_the_hash_is_of_what_the_file_means() -> None:
    """I25: comments and order do not count, every value does."""
    config = parse(TEXT, "x.toml")
    reordered = TEXT.replace("port = 8883\ntls = true", "tls = true\nport = 8883 # remark")
    assert reordered != TEXT
    assert config_hash(parse(reordered, "y.toml")) == config_hash(config)
    assert config_hash(parse(_changed("lease_s = 2", "lease_s = 3"), "x.toml")) != config_hash(config)
    assert len(config_hash(config)) == 64


def test_the_roles_of_the_model_and_of_the_checks_are_the_same() -> None:
    assert set(get_args(Role)) == ROLES
