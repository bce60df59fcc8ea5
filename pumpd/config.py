"""The one configuration file: what a site decides, and nothing that a treatment decides.

Theory of operation. The file is read once, at start, into frozen models. Nothing is guessed, converted or
ignored: an unknown key, a number in quotes, a NaN, a relative path is a fault, and a file with a fault is
refused whole, with every fault named by line. There are no environment overrides, because a limit that can be
changed without a trace in the file is no limit. `config_hash` is what a person approves and what the journal
records (facts/faults.md I25).

Fields carry their meaning with the unit and an example; the texts of refusals are made of these.
"""

import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, WithJsonSchema

from pumpd.config_checks import cross_faults
from pumpd.config_gateways import Gateway
from pumpd.config_limits import homes
from pumpd.config_text import Reading, TextRefused, read_text, tree_of
from pumpd.config_words import from_pydantic, key_lines, messages

#: A file larger than this is not a configuration; 64 channels take 20 kB.
LARGEST_FILE_BYTES = 256 * 1024
#: Linux limit for the path of a Unix socket: 108 bytes with the ending zero (unix(7)).
LONGEST_SOCKET_PATH_BYTES = 107


class ConfigRefused(Exception):
    """The file cannot be used. `faults` holds one line of text for each thing that is wrong."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def _absolute(path: str) -> str:
    if re.match(r"[A-Za-z]:[\\/]|\\\\|COM[0-9]+$", path):
        raise ValueError("is a name of Windows; a path on this machine begins with / and has no \\")
    if not path.startswith("/") or "\0" in path or ".." in path.split("/"):
        raise ValueError("must be an absolute path without .., beginning with /")
    return path


def _fits_a_socket(path: str) -> str:
    if len(path.encode()) > LONGEST_SOCKET_PATH_BYTES:
        raise ValueError(f"must be at most {LONGEST_SOCKET_PATH_BYTES} bytes long")
    return path


_LAST_TCP_PORT = 65_535
_NAME_WORDS = "1 to 32 of a-z, 0-9 and -"

Name = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]


def _port(port: str) -> str:
    if not port.startswith("tcp:"):
        return _absolute(port)
    place = re.fullmatch(r"tcp:[A-Za-z0-9._-]{1,253}:([1-9][0-9]{0,4})", port)
    if place is None or int(place[1]) > _LAST_TCP_PORT:
        raise ValueError(f"must be tcp:HOST:PORT with a port of 1 to {_LAST_TCP_PORT}, e.g. tcp:10.0.0.7:502")
    return port


#: What an editor can be told of these checks; `config_schema` hands it out.
_FROM_THE_ROOT = r"^/(?!(.*/)?\.\.(/|$))"
_PATH_SHAPE = {"type": "string", "pattern": _FROM_THE_ROOT}
_PORT_SHAPE = {
    "type": "string",
    "pattern": rf"{_FROM_THE_ROOT}|^tcp:[A-Za-z0-9._-]{{1,253}}:[1-9][0-9]{{0,4}}$",
}

AbsolutePath = Annotated[str, AfterValidator(_absolute), WithJsonSchema(_PATH_SHAPE)]
SocketPath = Annotated[
    AbsolutePath,
    AfterValidator(_fits_a_socket),
    WithJsonSchema({**_PATH_SHAPE, "maxLength": LONGEST_SOCKET_PATH_BYTES}),
]
Port = Annotated[str, AfterValidator(_port), WithJsonSchema(_PORT_SHAPE)]
#: TOML has lists; frozen models hold tuples. Only the container is converted, the entries stay strict.
Names = Annotated[tuple[Name, ...], Field(strict=False, max_length=64)]
Role = Literal["prescriber", "nurse", "engineer"]


class _Table(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class Site(_Table):
    """The installation; its name is part of topics, so it is written like one."""

    name: Name = Field(description=_NAME_WORDS, examples=["ward-3"])


class Broker(_Table):
    """The MQTT broker that vital signs come from."""

    host: str = Field(
        pattern=r"^[A-Za-z0-9._:-]{1,253}$", description="host name or address", examples=["broker.ward3"]
    )
    port: int = Field(ge=1, le=65535, description="TCP port, 1 to 65535", examples=[8883])
    tls: bool = Field(True, description="encrypt and check the broker's certificate", examples=[True])
    ca_file: AbsolutePath | None = Field(
        None, description="who may sign the broker's certificate", examples=["/etc/pumpd/ca.pem"]
    )
    cert_file: AbsolutePath | None = Field(
        None, description="our certificate", examples=["/etc/pumpd/pumpd.pem"]
    )
    key_file: AbsolutePath | None = Field(None, description="its key", examples=["/etc/pumpd/pumpd.key"])
    username: str | None = Field(
        None, pattern=r"^\S{1,64}$", description="1 to 64 characters without blanks", examples=["pumpd"]
    )
    password_file: AbsolutePath | None = Field(
        None, description="file with the password in its first line", examples=["/etc/pumpd/broker.password"]
    )
    # aiomqtt notices a dead broker after twice this (facts/ecosystem.md 3); 5 s leaves that at 10 s.
    keepalive_s: int = Field(4, ge=1, le=5, description="s, 1 to 5", examples=[4])


class Journal(_Table):
    """The record."""

    path: AbsolutePath = Field(description="the SQLite file", examples=["/var/lib/pumpd/journal.sqlite"])


class Console(_Table):
    """The Unix socket that people's programs use."""

    socket: SocketPath = Field(description="path of the socket", examples=["/run/pumpd/console.sock"])
    mode: str = Field(
        "0660",
        pattern=r"^0[67][0-7]0$",
        description="octal; the owner reads and writes, others nothing",
        examples=["0660"],
    )


class User(_Table):
    """A person. The PIN itself is nowhere; `pumpd.shell.pins` makes and checks `pin_scrypt`."""

    name: str = Field(
        pattern=r"^[a-z][a-z0-9._-]{0,31}$",
        description="1 to 32 of a-z, 0-9, . _ -, a letter first",
        examples=["nina"],
    )
    roles: Annotated[tuple[Role, ...], Field(strict=False)] = Field(
        description="one or more of prescriber, nurse, engineer", examples=[["nurse"]]
    )
    pin_scrypt: str = Field(
        pattern=r"^scrypt\$[1-9][0-9]{0,7}\$[1-9][0-9]{0,2}\$[1-9][0-9]?\$(?:[0-9a-f]{2}){8,64}\$[0-9a-f]{64}$",
        description="scrypt$N$r$p$salt$hash, salt and hash in hex",
        examples=["scrypt$16384$8$1$<32 hex digits>$<64 hex digits>"],
    )


class Pump(BaseModel):
    """One pump on one line. Every other key is its family's own, and is held against the family's table."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow", allow_inf_nan=False)

    driver: str = Field(
        pattern=r"^[a-z][a-z0-9_]{0,31}$",
        description="the pump's family, one of those installed",
        examples=["new_era"],
    )
    port: Port = Field(
        description="serial port, or tcp:HOST:PORT of a serial server; a by-id path survives replugging",
        examples=["/dev/serial/by-id/usb-FTDI_FT232R-if00-port0"],
    )
    accepted_risk: str = Field(
        "",
        max_length=200,
        description="why this site accepts a pump that does not stop within 5 s of the host falling silent",
        examples=["bench only, a technician stands beside it"],
    )

    @property
    def options(self) -> dict[str, object]:
        """What is written here for the family."""
        return dict(self.model_extra or {})


class Channel(_Table):
    """One pump for one patient, and the devices that speak for that patient."""

    name: Name = Field(description=_NAME_WORDS, examples=["bed-1"])
    bed: Name = Field(description=_NAME_WORDS + "; part of the monitors' topics", examples=["bed-1"])
    pump: Pump = Field(description="the pump on this channel")
    monitors: Names = Field(description="device ids of the monitors at this bed", examples=[["monitor-1"]])
    transducer: Name | None = Field(
        None, description="device id of the line pressure transducer", examples=["transducer-1"]
    )
    air_sensor: Name | None = Field(
        None, description="device id of the air-in-line sensor", examples=["air-1"]
    )
    button: Name | None = Field(
        None, description="device id of the bedside stop button", examples=["button-1"]
    )
    line_pressure_limit_mmhg: int = Field(
        300,
        ge=50,
        le=300,
        multiple_of=25,
        description="mm[Hg], 50 to 300 in steps of 25: a site may be stricter than the rule LP1, never looser",
        examples=[300],
    )
    syringes: Names | None = Field(
        None, description="syringes allowed here; left out: all", examples=[["bd-60"]]
    )
    gateways: Annotated[tuple[Gateway, ...], Field(strict=False)] = Field(
        (), max_length=8, description="programs that send a device's numbers in a shape of their own"
    )


class DrugLibrary(_Table):
    """Where the site's own drug library stands; `config_library` holds its content against the built-in rows."""

    file: AbsolutePath = Field(
        description="TOML; it can only tighten what is built in", examples=["/etc/pumpd/ketamine.toml"]
    )


class Alarms(_Table):
    """When it is wrong that nobody could see or hear an alarm."""

    listener_within_s: int = Field(
        default=15,
        ge=5,
        le=60,
        description="s, 5 to 60: a panel, a live view or a sounder speaks up at least so often, or that is an alarm",
        examples=[15],
    )


class Orders(_Table):
    """How long an order may wait for its start."""

    verified_within_min: int = Field(
        default=60,
        ge=10,
        le=60,
        description="min, 10 to 60: an order verified longer ago must be verified again before a start",
        examples=[60],
    )


class Clinic(_Table):
    """The whole course of a session, from order to close; without this table the site runs the bench course."""

    observation_min: Literal[60, 120] = Field(
        60, description="min, 60 or 120: how long a patient is observed after the end", examples=[60]
    )
    series_of: int = Field(
        6, ge=1, le=8, description="sessions, 1 to 8: how many a usual series has", examples=[6]
    )


class Sounder(_Table):
    """One bell or light at the bedside, for all channels of this daemon."""

    kind: Name = Field(description="bell, or one that is installed", examples=["bell"])
    device: AbsolutePath = Field(description="the terminal or port it is on", examples=["/dev/tty1"])
    light: bool = Field(False, description="also a coloured line there", examples=[True])


class Config(_Table):
    """The whole file."""

    site: Site = Field(description="the [site] table")
    broker: Broker = Field(description="the [broker] table")
    journal: Journal = Field(description="the [journal] table")
    console: Console = Field(description="the [console] table")
    users: Annotated[tuple[User, ...], Field(strict=False)] = Field(
        max_length=256, description="one [[users]] table for each person"
    )
    channels: Annotated[tuple[Channel, ...], Field(strict=False)] = Field(
        max_length=64, description="one [[channels]] table for each pump"
    )
    alarms: Alarms = Field(Alarms(), description="the [alarms] table")
    orders: Orders = Field(Orders(), description="the [orders] table")
    clinic: Clinic | None = Field(None, description="the [clinic] table; left out: the bench course")
    sounders: Annotated[tuple[Sounder, ...], Field(strict=False)] = Field(
        (), max_length=8, description="one [[sounders]] table for each bell or light"
    )
    library: DrugLibrary | None = Field(None, description="the [library] table; left out: the built-in rows")
    # The keys are the rule table's own; `config_limits` holds them and their values against it.
    limits: dict[str, int] = Field({}, description="the site's stricter limits of interlock rows, by key")
    shadow: dict[str, int] = Field({}, description="limits that are evaluated and recorded and do not act")


def load(path: Path) -> Config:
    """Read the file.

    Raises:
        ConfigRefused: it cannot be read, or has at least one fault.
    """
    try:
        text = read_text(path, LARGEST_FILE_BYTES, "`pumpd config example` prints one to begin with")
    except TextRefused as refused:
        raise ConfigRefused((str(refused),)) from None
    return parse(text, str(path))


def parse(text: str, file: str) -> Config:
    """A configuration from its text; `file` is only named in faults.

    Raises:
        ConfigRefused: at least one fault; all of them are in it.
    """
    reading = tree_of(text, file)
    if reading.faults:
        raise ConfigRefused((*reading.faults, *_beside(reading, file)))
    faults = list(cross_faults(reading.tree))
    config = None
    try:
        config = Config.model_validate(reading.tree)
    except ValidationError as error:
        faults += from_pydantic(error.errors(include_url=False), Config, homes)
    if config is None or faults:
        raise ConfigRefused(messages(faults, file, text, reading.tree)) from None
    return config


def _beside(reading: Reading, file: str) -> tuple[str, ...]:
    """What is wrong in the lines that are TOML, of what stands there: nothing can be said to be missing."""
    if reading.is_torn:
        return ()
    there = key_lines(reading.text)
    try:
        Config.model_validate(reading.tree)
    except ValidationError as error:
        wrong = [one for one in error.errors(include_url=False) if one["type"] != "missing"]
        faults = [one for one in from_pydantic(wrong, Config, homes) if one.loc in there]
        return messages(faults, file, reading.text, reading.tree)
    return ()


def config_hash(config: Config) -> str:
    """SHA-256, hex, of what the file means: comments and the order of keys do not count."""
    canonical = json.dumps(
        config.model_dump(mode="json"), sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(canonical.encode()).hexdigest()
