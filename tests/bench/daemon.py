"""The daemon on the bench: its configuration, its people, and how a bed comes to flow so that it can be stopped again.

Theory of operation. Every bed goes the whole way that a site's does: order, verified by a second person, two cuff readings
61 s apart of which the older comes late (facts/clinical.md 4 lets it), start. A crossing of row AI1 pauses it; a person
acknowledges and resumes; the third stand within ten minutes ends the session (row CY1), and a new one is begun with the
readings of a cuff that has not spoken yet, since a device may not speak of a time before its last word. All of this is
done between two volleys of crossings, never within one. PINs are hashed as cheaply as the daemon will read: what a PIN
costs has its own bound and is no part of what is measured.
"""

import hashlib
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import Any

from bench.children import BenchFailed, Peer, Servant
from bench.monitors import patient_of

from pumpd.console_client import ConsoleClient

NINA, DORA = ("nina", "24680"), ("dora", "13579")
CUFFS = 48  # of a bed; one for each session
FLOWING = ("INFUSING", "SLOWED")
ORDER = {
    "drug": "ketamine",
    "weight_kg": "70",
    "dose_mg_per_kg": "0.5",
    "concentration_mg_per_ml": "2",
    "minutes": "40",
    "syringe": "bd-60",
    "accept_soft": [],
}

State = dict[str, Any]
Claim = Callable[[State], bool]


def _cheap(pin: str) -> str:
    salt = bytes(16)
    digest = hashlib.scrypt(pin.encode(), salt=salt, n=2, r=1, p=1, dklen=32)
    return f"scrypt$2$1$1${salt.hex()}${digest.hex()}"


def write_config(folder: Path, broker_port: int, beds: int) -> Path:
    """A site of so many beds, each with a monitor, an air sensor and a drawer full of cuffs."""
    people = "".join(
        f'[[users]]\nname = "{who}"\nroles = ["{role}"]\npin_scrypt = "{_cheap(pin)}"\n'
        for (who, pin), role in ((NINA, "nurse"), (DORA, "prescriber"))
    )
    channels = ""
    for bed in range(1, beds + 1):
        cuffs = "".join(f', "cuff-{bed}-{number}"' for number in range(CUFFS))
        channels += (
            f'[[channels]]\nname = "bed-{bed}"\nbed = "bed-{bed}"\nmonitors = ["monitor-{bed}"{cuffs}]\n'
            f'air_sensor = "air-{bed}"\n[channels.pump]\nport = "{folder}/pump-{bed}"\n'
            'driver = "new_era"\nmodel = "NE1000"\n'
        )
    path = folder / "pumpd.toml"
    path.write_text(
        f'[site]\nname = "bench"\n[broker]\nhost = "127.0.0.1"\nport = {broker_port}\ntls = false\n'
        f'[journal]\npath = "{folder}/journal.sqlite"\n[console]\nsocket = "{folder}/console.sock"\n'
        f"{people}{channels}"
    )
    return path


class Bed:
    """One bed as its people know it."""

    def __init__(self, number: int, client: ConsoleClient, monitors: Servant) -> None:
        self.number = number
        self.name = f"bed-{number}"
        self._client = client
        self._monitors = monitors
        self._sessions = 0

    def state(self) -> State:
        return self._client.status(self.name)

    def until(self, claim: Claim, what: str, within_s: float = 15.0) -> State:
        """The first state of which this is true. Raises BenchFailed."""
        deadline = monotonic() + within_s
        with self._client.watch(self.name) as states:
            while (left_s := deadline - monotonic()) > 0:
                state = states.poll(left_s)
                if state is not None and claim(state):
                    return state
        raise BenchFailed(f"{self.name}: not within {within_s:g} s: {what}; it is {brief(self.state())}")

    def press(self, verb: str, who: tuple[str, str] = NINA, **args: object) -> list[dict[str, Any]]:
        return list(self._client.request(verb, self.name, *who, args or None))

    def order(self) -> None:
        """A new session up to the second person's word."""
        cuff = f"cuff-{self.number}-{self._sessions % CUFFS}"
        self._sessions += 1
        if self._sessions > CUFFS:
            raise BenchFailed(f"{self.name}: {CUFFS} sessions are all that its cuffs are good for")
        self.until(lambda now: now["pump"]["link"] == "up" and now["feed"]["link"] == "up", "it is linked")
        self.press("acknowledge", note="seen")
        self._accepted(self.press("order", **ORDER, patient=patient_of(self.number)))
        self._accepted(self.press("verify", DORA, epoch=self.state()["epoch"]))
        for ago_s in (61.0, 0.0):
            values = {"sys": 124.0, "dia": 78.0}
            self._monitors.ask(do="send", bed=self.number, device=cuff, ago_s=ago_s, values=values)

    def start(self) -> None:
        """Let it flow for the first time."""
        self._lift("start", lambda now: not now["start_blocked_by"])

    def resume(self) -> None:
        """Let it flow again."""
        self.press("acknowledge", note="seen")
        self._lift("resume", lambda now: now["can_resume"] and not now["resume_blocked_by"])

    def _lift(self, verb: str, is_possible: Claim) -> None:
        for _ in range(20):
            state = self.until(is_possible, f"nothing blocks {verb}")
            replies = self.press(verb, epoch=state["epoch"])
            if replies[-1]["stage"] == "confirmed":
                return
        raise BenchFailed(
            f"{self.name}: {verb} was answered {replies[-1]['stage']}: {replies[-1]['reasons']}"
        )

    def _accepted(self, replies: list[dict[str, Any]]) -> None:
        if replies[-1]["stage"] != "accepted":
            raise BenchFailed(f"{self.name}: {replies[-1]['stage']}: {'; '.join(replies[-1]['reasons'])}")


def brief(state: State) -> str:
    """What helps to see why."""
    kept = ("word", "headline", "start_blocked_by", "resume_blocked_by", "pump")
    return repr({key: state[key] for key in kept})


def make_flow(beds: list[Bed]) -> None:
    """Bring every bed to INFUSING, or to half its rate after a stand."""
    standing = [(bed, state) for bed in beds if (state := bed.state())["word"] not in FLOWING]
    fresh = [bed for bed, state in standing if not state["can_resume"]]
    for bed in fresh:
        bed.order()
    for bed, _ in standing:
        if bed in fresh:
            bed.start()
        else:
            bed.resume()


def start_daemon(config: Path, env: dict[str, str] | None = None) -> Peer:
    """`pumpd run`, serving."""
    return Peer("pumpd", [sys.executable, "-m", "pumpd.cli.main", "run", "--config", str(config)], env)


def longest_cycle_gap_ms(journal: Path) -> int:
    """From the record: the longest time between two control cycles of one channel within one boot, link ms."""
    last: dict[tuple[str, str], int] = {}
    longest = 0
    wanted = "SELECT boot, channel, link_ms FROM record WHERE kind = 'decision' AND body LIKE ? ORDER BY seq"
    with closing(sqlite3.connect(journal)) as record:
        for boot, channel, at_ms in record.execute(wanted, ('%"kind":"ticked"%',)):
            longest = max(longest, at_ms - last.get((boot, channel), at_ms))
            last[boot, channel] = at_ms
    return longest
