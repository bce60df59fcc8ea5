"""A site on the bench: its configuration as text, and its journal written from a session of the channel bench."""

import asyncio
import json
import socket
from collections.abc import Iterable
from pathlib import Path

from interlocks.vocabulary import Stamp
from pumpd.config import Channel
from pumpd.core import events as ev
from pumpd.core.replay import again
from pumpd.core.state import ChannelState, Policy
from pumpd.shell.journal import Journal
from pumpd.shell.record import CONFIGURATION, DECISION, SNAPSHOT, dump_decision, dump_state

#: Well formed, and nobody's PIN: the tests that use this site do not sign in.
PIN_HASHES = tuple(f"scrypt$16384$8$1${digit * 32}${digit * 64}" for digit in "ab")

CHANNEL = Channel.model_validate_json(
    json.dumps(
        {
            "name": "bed-1",
            "bed": "bed-1",
            "pump": {"driver": "new_era", "port": "/dev/ttyUSB0", "model": "NE1000"},
            "monitors": ["monitor-1"],
            "transducer": "transducer-1",
            "syringes": ["bd-60"],
        }
    )
)


def refusing_port() -> int:
    """A loopback port at which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def site(folder: Path, *, broker: str = "", more: str = "", **changes: object) -> str:
    """A right configuration with everything in `folder`; `changes`: port, journal, socket, broker_port."""
    values = {
        "port": folder / "no-such-pump",
        "journal": folder / "journal.sqlite",
        "socket": folder / "console.sock",
        "broker_port": 1,
        **changes,
    }
    people = "".join(
        f'[[users]]\nname = "{name}"\nroles = ["{role}"]\npin_scrypt = "{pin}"\n'
        for name, role, pin in zip(("nina", "dora"), ("nurse", "prescriber"), PIN_HASHES, strict=True)
    )
    return (
        f'[site]\nname = "bench"\n'
        f'[broker]\nhost = "127.0.0.1"\nport = {values["broker_port"]}\ntls = false\n{broker}\n'
        f'[journal]\npath = "{values["journal"]}"\n[console]\nsocket = "{values["socket"]}"\n{people}'
        f'[[channels]]\nname = "bed-1"\nbed = "bed-1"\nmonitors = ["monitor-1"]\n'
        f'transducer = "transducer-1"\nsyringes = ["bd-60"]\n'
        f'[channels.pump]\ndriver = "new_era"\nport = "{values["port"]}"\nmodel = "NE1000"\n{more}'
    )


def write_records(path: Path, records: Iterable[tuple[str, Stamp, str]], channel: str = "bed-1") -> None:
    """A closed journal with these (kind, stamp, body)."""

    async def write() -> None:
        journal = Journal(path, {"boot": "boot-1"}, lambda event: None, asyncio.get_running_loop())
        journal.open()
        for kind, at, body in records:
            journal.append(kind, at, at.ms, channel, body)
        assert await asyncio.to_thread(journal.close)

    asyncio.run(write())


def configuration(channel: Channel = CHANNEL, speed: float = 1.0) -> tuple[str, Stamp, str]:
    """The record under which decisions are replayed."""
    body = json.dumps({"channel": channel.model_dump(mode="json"), "speed": speed}, sort_keys=True)
    return CONFIGURATION, Stamp(0, 0), body


def decisions(
    events: Iterable[ev.Event], policy: Policy, snapshot_after: int | None = None
) -> list[tuple[str, Stamp, str]]:
    """One record a decision; a snapshot behind the one with the number `snapshot_after`."""
    records = []
    for number, (event, state, actions) in enumerate(again(ChannelState(), events, policy)):
        records.append((DECISION, event.at, dump_decision(event, actions)))
        if number == snapshot_after:
            records.append((SNAPSHOT, event.at, dump_state(state)))
    return records
