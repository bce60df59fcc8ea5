"""`pumpd` as a daemon under test: what the entry point group `hil_sim.daemons` names.

Theory of operation. A bench describes one bed in plain words (a mapping of texts and numbers) and hands over its wires;
it gets a daemon that it can run, end, kill and speak to. Neither side knows a type of the other's: the shapes are those
of `hil_sim.bench.seat`, met by structure.
"""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pumpd.app import Daemon
from pumpd.clock import Clock
from pumpd.config import Config
from pumpd.inprocess.edges import InnerMachine, Wires
from pumpd.shell.console_connection import Connection
from pumpd.shell.journal_file import JournalRefused, verify

_SALT = "00" * 16
#: The bench carries the bytes whatever the port is called; the family wants it called so.
_TCP = "tcp:bench:502"


@cache
def _cheap_hash(pin: str) -> str:
    """A stored PIN that costs next to nothing to check: what is tested is not how hard it is to guess."""
    digest = hashlib.scrypt(pin.encode(), salt=bytes.fromhex(_SALT), n=2, r=1, p=1, dklen=32)
    return f"scrypt$2$1$1${_SALT}${digest.hex()}"


def pump_of(pump: Mapping[str, Any]) -> dict[str, Any]:
    """The keys of `[channels.pump]` for a pump as it stands there; its port only where the family has its own idea.

    Args:
        pump: `family`; where they matter `address`, `diameter_mm`, `map`; `options`: keys of the family's own, which win.
    """
    address, diameter_um = int(pump.get("address", 0)), round(float(pump.get("diameter_mm", 26.59)) * 1000)
    accepted = {"accepted_risk": "a bench without a patient"}
    tables: dict[str, dict[str, Any]] = {
        "new_era": {"driver": "new_era", "model": "NE1000", "address": address},
        "new_era-basic": {
            "driver": "new_era",
            "model": "NE1000",
            "address": address,
            "protocol": "basic",
            **accepted,
        },
        "harvard": {"driver": "harvard", "model": "11 ELITE", "address": address},
        "modbus-rtu": {"driver": "modbus", "model": "P", "unit": address or 1},
        "modbus-tcp": {
            "driver": "modbus",
            "model": "P",
            "unit": address or 1,
            "transport": "tcp",
            "port": _TCP,
        },
        "alaris": {
            "driver": "alaris",
            "serial": "8003-00417",
            "syringe_um": diameter_um,
            "rate_max_nl_h": 1_200_000_000,
            **accepted,
        },
        "chemyx": {"driver": "chemyx", "slowest_nm_h": 42_050, "fastest_nm_h": 3_060_300_000, **accepted},
    }
    family = str(pump["family"])
    table = dict(tables.get(family, {"driver": family}))
    if table["driver"] == "modbus":
        table["map"] = str(pump.get("map", "pumpd-default"))
    return {**table, **pump.get("options", {})}


def config_of(site: Mapping[str, Any], folder: Path) -> Config:
    """The configuration that a site's engineer would write for this bed.

    Args:
        site: `bed`, `pump` (`family`, `port`, `options`), `monitors`, `users` (`name`, `roles`, `pin`); if fitted
            `transducer`, `air_sensor`, `button`; if wanted `limits`, `shadow`, `clinic`.
        folder: where the journal goes.

    Raises:
        pydantic.ValidationError: something in it is not what a configuration holds.
    """
    pump = site["pump"]
    devices = {key: site[key] for key in ("transducer", "air_sensor", "button") if site.get(key)}
    channel = {
        "name": site["bed"],
        "bed": site["bed"],
        "monitors": tuple(site["monitors"]),
        "pump": {"port": pump["port"], **pump_of(pump)},
        **devices,
    }
    users = tuple(
        {"name": one["name"], "roles": tuple(one["roles"]), "pin_scrypt": _cheap_hash(one["pin"])}
        for one in site["users"]
    )
    return Config.model_validate(
        {
            "site": {"name": "bench"},
            "broker": {"host": "bench", "port": 1883, "tls": False},
            "journal": {"path": str(folder / "journal.sqlite")},
            "console": {"socket": str(folder / "console.sock")},
            "users": users,
            "channels": (channel,),
            "limits": dict(site.get("limits", {})),
            "shadow": dict(site.get("shadow", {})),
            "clinic": site.get("clinic"),
        }
    )


class Seat:
    """One life of the daemon in a bench's loop."""

    def __init__(
        self,
        site: Mapping[str, Any],
        folder: Path,
        wires: Wires,
        monotonic_ns: Callable[[], int],
        wall_ns: Callable[[], int],
    ) -> None:
        self._machine = InnerMachine(wires)
        clock = Clock(1, monotonic_ns=monotonic_ns, wall_ns=wall_ns)
        config = config_of(site, folder)
        self._daemon = Daemon(config, clock, self._machine)
        self._journal = config.journal.path

    @property
    def topics(self) -> tuple[str, ...]:
        """What it subscribes to, with MQTT's wildcards."""
        return self._machine.feed_made.topics

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Live until `stop`, or until cancelled."""
        await self._daemon.run(ready)

    def stop(self) -> None:
        """As SIGTERM does: halt everything and end."""
        self._machine.stop()

    def die(self) -> None:
        """As a power cut does; the caller cuts the wires and drops the task that runs this."""
        self._machine.journal_made.abandon()

    def record_said(self) -> str:
        """What is wrong with the journal's chain as it lies on the disk; empty: nothing."""
        try:
            return verify(Path(self._journal)).reason
        except JournalRefused as refused:
            return str(refused)

    def link(self, is_up: bool, reason: str = "") -> None:
        """The broker is there, or gone."""
        self._machine.feed_made.link(is_up, reason)

    def heard(self, topic: str, payload: bytes, is_retained: bool) -> None:
        """The broker delivers a message."""
        self._machine.feed_made.heard(topic, payload, is_retained=is_retained)

    def admit(self) -> Connection:
        """One more client of the console: the protocol to tie to a transport."""
        return self._daemon.admit()


def seat(
    site: Mapping[str, Any],
    folder: Path,
    wires: Wires,
    monotonic_ns: Callable[[], int],
    wall_ns: Callable[[], int],
) -> Seat:
    """One life of pumpd; must be called on the loop it will run on."""
    asyncio.get_running_loop()
    return Seat(site, folder, wires, monotonic_ns, wall_ns)
