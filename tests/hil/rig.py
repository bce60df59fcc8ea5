"""The bench: broker, pump, monitor, daemon and two people, every one of them real or a process of its own.

Theory of operation. Debian's mosquitto, `hil-sim serve` on a pty and `pumpd run` are children on free ports
and in a folder of their own; the people speak through the console socket with the client that pumpctl and the
panel use; the monitor is the test's hand (`hand_monitor`). Everything runs at the speed of life, because the
pump's watchdog and all of the link's deadlines do. Nothing here sleeps to synchronise: what is waited for is
a state that the console shows, a truth that the simulator tells, or a line of a log, always with a deadline.

`begin` brings a fresh order to INFUSING in about a second, since the hand monitor's baseline takes no minute.
"""

import os
import signal
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from bell_ear import BellEar
from hand_monitor import HandMonitor
from real_mosquitto import Mosquitto
from rig_programs import Program, Sim, Truth, link_ms, pumpd
from rig_pumps import NEW_ERA, RigPump

from pumpd.console_client import ConsoleClient, ConsoleUnreachable
from pumpd.shell.journal_file import read_last
from pumpd.shell.pins import hash_pin

PATIENT = "tok-4711"
NINA, DORA = ("nina", "24680"), ("dora", "13579")  # nurse, prescriber
ORDER = {
    "patient": PATIENT,
    "drug": "ketamine",
    "weight_kg": "70",
    "dose_mg_per_kg": "0.5",
    "concentration_mg_per_ml": "2",
    "minutes": "40",
    "syringe": "bd-60",
    "accept_soft": [],
}
#: The pump shows its counter in steps of 1 uL in its finest range and 10 uL in its coarsest.
COUNTER_STEP_NL = 10_000
#: The pump's lease is 2 s of silence; the last packet before a fault may be no older than the fault.
STOPS_BY_ITSELF_S = 2.5

State = dict[str, Any]
Replies = list[dict[str, Any]]


@cache
def _pin_hash(pin: str) -> str:
    return hash_pin(pin)


def stages(replies: Replies) -> list[str]:
    return [one["stage"] for one in replies]


def reasons(replies: Replies) -> str:
    return "; ".join(reason for one in replies for reason in one["reasons"])


def why(state: State) -> str:
    """Everything a person is told about why it stands: headline, holds and present alarms."""
    told = [state["headline"], *(one["reason"] for one in state["holds"])]
    present = [one for one in state["alarms"] if one["present"]]
    return " | ".join([*told, *(f"{one['rule']} {one['text']}" for one in present)])


class Rig:
    """One bed. Everything is made in `open` and ended in `close`."""

    opened: "list[Rig]" = []  # noqa: RUF012 - the rigs alive now, for the report of a failure
    channel = "bed-1"
    measured: list[tuple[str, float]] = []  # noqa: RUF012 - what and seconds, for the summary of a run

    def __init__(self, folder: Path, *, has_transducer: bool = True, pump: RigPump = NEW_ERA) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.socket = folder / "console.sock"
        self.journal = folder / "journal.sqlite"
        self.broker = Mosquitto(folder / "mosquitto")
        self.client = ConsoleClient(self.socket)
        self.programs: list[Program] = []
        self.port = folder / "pump"
        self.pump = pump
        self.patient = PATIENT
        self.order_said = ""
        self._has_transducer = has_transducer
        self.has_baseline = False
        # The bell of the bed is real and heard, so somebody listens: LISTENER stays out of every other test's way
        # because it has no reason to speak, not because it was switched off.
        self.bell = BellEar()
        self.listener_within_s = 15
        self.more = ""  # of the configuration, behind the rest

    def open(self) -> "Rig":
        Rig.opened.append(self)
        self.broker.start()
        self.sim = Sim(self.folder, self.pump)
        self.programs.append(self.sim)
        self.monitor = HandMonitor(self.broker.port, self.patient)
        self.monitor.start()
        return self

    def close(self) -> None:
        for program in reversed(self.programs):
            program.close()
        if hasattr(self, "monitor"):
            self.monitor.close()
        self.broker.close()
        self.bell.close()
        if self in Rig.opened:
            Rig.opened.remove(self)

    def write_config(self, name: str = "pumpd.toml", **changes: str) -> Path:
        """The site's configuration; `changes` replaces any of port, journal and socket."""
        values = {
            "port": self.sim.tcp or self.port,
            "journal": self.journal,
            "socket": self.socket,
            **changes,
        }
        transducer = 'transducer = "transducer-1"' if self._has_transducer else ""
        people = "".join(
            f'[[users]]\nname = "{who}"\nroles = ["{role}"]\npin_scrypt = "{_pin_hash(pin)}"\n'
            for (who, pin), role in ((NINA, "nurse"), (DORA, "prescriber"))
        )
        path = self.folder / name
        path.write_text(
            f'[site]\nname = "bench"\n'
            f'[broker]\nhost = "127.0.0.1"\nport = {self.broker.port}\ntls = false\nkeepalive_s = 1\n'
            f'[journal]\npath = "{values["journal"]}"\n'
            f'[console]\nsocket = "{values["socket"]}"\n{people}'
            f"[alarms]\nlistener_within_s = {self.listener_within_s}\n"
            f'[[sounders]]\nkind = "bell"\ndevice = "{self.bell.name}"\n'
            f'[[channels]]\nname = "bed-1"\nbed = "bed-1"\nmonitors = ["monitor-1"]\n{transducer}\n'
            f'[channels.pump]\nport = "{values["port"]}"\n{self.pump.table}{self.more}'
        )
        return path

    def start_daemon(self) -> Program:
        """Run pumpd and return when it serves."""
        self.daemon = Program("pumpd", pumpd("run", "--config", str(self.write_config())))
        self.programs.append(self.daemon)
        self.daemon.wait_for_line("READY")
        return self.daemon

    # what people see

    def status(self) -> State:
        return self.client.status(self.channel)

    def until(self, claim: Callable[[State], bool], within_s: float, what: str) -> State:
        """The first state for which `claim` holds."""
        deadline = time.monotonic() + within_s
        state: State | None = None
        with self.client.watch(self.channel) as states:
            while (left_s := deadline - time.monotonic()) > 0:
                state = states.poll(left_s) or state
                if state is not None and claim(state):
                    return state
        raise AssertionError(f"not within {within_s} s: {what}; last state: {_brief(state)}")

    def until_word(self, word: str, within_s: float = 5.0) -> State:
        return self.until(lambda state: state["word"] == word, within_s, word)

    def throughout(self, claim: Callable[[State], bool], for_s: float, what: str) -> int:
        """Every state shown for so long satisfies `claim`; returns how many were looked at."""
        deadline, seen = time.monotonic() + for_s, 0
        with self.client.watch(self.channel) as states:
            while (left_s := deadline - time.monotonic()) > 0:
                state = states.poll(left_s)
                if state is not None:
                    assert claim(state), f"no longer: {what}: {_brief(state)}"
                    seen += 1
        assert seen, "nothing was shown"
        return seen

    def until_recorded(self, word: str, within_s: float = 2.0) -> None:
        """I8: a record with this word is on the disk. Read as another process may: the file is its own witness."""
        deadline = time.monotonic() + within_s
        while not any(word in one.body for one in read_last(self.journal, 50)):
            assert time.monotonic() < deadline, f"no {word} on disk after {within_s} s"

    # what people do

    def press(
        self, verb: str, who: tuple[str, str] = NINA, *, args: State | None = None, pin: str | None = None
    ) -> Replies:
        """One request; all its replies up to the last word. Verify and start answer the state of this moment."""
        given = who[1] if pin is None else pin
        if args is None and verb in ("verify", "start"):
            args = {"epoch": self.status()["epoch"]}
        return list(self.client.request(verb, self.channel, who[0], given, args))

    def pause(self, until_stage: str = "confirmed") -> Replies:
        """Press pause; returns with the reply of that stage, or the last one."""
        replies: Replies = []
        for reply in self.client.request("pause", self.channel, NINA[0]):
            replies.append(reply)
            if reply["stage"] == until_stage:
                break
        return replies

    def resume(self, within_s: float = 5.0) -> Replies:
        """Acknowledge, wait until nothing blocks, look and resume, as a nurse does.

        A picture that changes between look and press is looked at again, for so long.
        """
        self.press("acknowledge", args={"note": "seen at the chair"})
        deadline = time.monotonic() + within_s
        state = self.until(
            lambda now: now["can_resume"] and not now["resume_blocked_by"],
            within_s,
            "nothing blocks a resume",
        )
        while True:
            replies = self.press("resume", args={"epoch": state["epoch"]})
            if "look again" not in reasons(replies) or time.monotonic() > deadline:
                return replies
            state = self.status()

    def resume_and_flow(self, within_s: float = 5.0) -> State:
        replies = self.resume(within_s)
        assert stages(replies)[-1] == "confirmed", replies
        self.sim.until_running()
        # clinical.md 3.2: half the rate until a person restores it, five minutes later at the earliest.
        return self.until(lambda one: one["word"] == "SLOWED", 5.0, "flowing again, at half the rate")

    def verify_an_order(self) -> None:
        """A new order, verified by the second person, and nothing in the way of its start.

        An order forgets what was measured before it, and a feed takes no older reading after a newer one: a second
        baseline without a minute's wait needs a daemon that has heard nothing yet.
        """
        if self.has_baseline:
            self.daemon.send(signal.SIGTERM)
            assert self.daemon.wait(5.0) == 0
            self.start_daemon()
        self.has_baseline = True
        self.until(lambda one: one["pump"]["link"] == "up", 10.0, "the pump answers")
        self.until(lambda one: one["feed"]["link"] == "up", 10.0, "the broker is there")
        order = {**ORDER, "patient": self.patient}
        for verb, who, args in (("order", NINA, order), ("verify", DORA, None)):
            replies = self.press(verb, who, args=args)
            assert stages(replies) == ["accepted"], replies
            if verb == "order":
                self.order_said = reasons(replies)
        self.until(lambda one: "spo2" in one["vitals"], 5.0, "vital signs arrive")
        self.monitor.baseline()
        self.until(lambda one: not one["start_blocked_by"], 10.0, "nothing blocks the start")

    def begin(self) -> State:
        """A new order to INFUSING."""
        self.verify_an_order()
        replies = self.press("start")
        assert stages(replies)[-1] == "confirmed", replies
        self.sim.until_running()
        return self.until_word("INFUSING")

    def end_session(self) -> None:
        """Clear every fault and end whatever session there is."""
        self.sim.do(do="clear")
        self.monitor.line_mmhg = 20.0
        self.press("stop")
        self.press("acknowledge")
        self.until(lambda one: one["pump"]["motion"] == "halted", 10.0, "the pump is halted")
        self.sim.until_halted(5.0)

    # what must come of a fault

    def comes_to_rest(self, since_ms: float, within_s: float) -> tuple[State, Truth, float]:
        """PAUSED or STOPPED as shown and as true; third: seconds from `since_ms` to the true stand-still."""
        truth = self.sim.until_halted(within_s + 0.5)
        took_s = (truth["halted_at_link_ms"] - since_ms) / 1000.0
        state = self.until(lambda one: one["word"] in ("PAUSED", "STOPPED"), 5.0, "PAUSED or STOPPED")
        self.note("the plunger stands", took_s)
        assert took_s <= within_s, f"stood still after {took_s:.2f} s, allowed {within_s} s"
        return state, truth, took_s

    def note(self, what: str, took_s: float) -> None:
        """Keep a measured time under the name of the running test."""
        test = os.environ.get("PYTEST_CURRENT_TEST", "?").partition("::")[2].removesuffix(" (call)")
        Rig.measured.append((f"{test}: {what}", took_s))

    def stops_by_itself(self, since_ms: float) -> Truth:
        """The plunger stands within its lease and half a second, and no STP of ours did it."""
        truth = self.sim.until_halted(STOPS_BY_ITSELF_S + 0.5)
        took_s = (truth["halted_at_link_ms"] - since_ms) / 1000.0
        self.note("the pump stopped by itself", took_s)
        assert took_s <= STOPS_BY_ITSELF_S
        assert truth["last_stop_rx_link_ms"] < since_ms, "an STP reached it"
        return truth

    def has_alarm(self, rule: str) -> Callable[[State], bool]:
        return lambda state: any(one["rule"] == rule and one["present"] for one in state["alarms"])

    def report(self) -> list[tuple[str, str]]:
        """Title and text of all that helps to understand a failure."""
        found = [(f"{one.name} log ({one.child.pid})", one.log[-12_000:]) for one in self.programs]
        try:
            found.append(("last state", repr(self.status())))
            found.append(("truth", repr({**self.sim.truth(), "now": link_ms()})))
        except (ConsoleUnreachable, OSError, AssertionError, AttributeError) as error:
            found.append(("last state", f"not to be had: {error}"))
        return found


def _brief(state: State | None) -> str:
    if state is None:
        return "none was shown"
    kept = ("word", "headline", "next", "holds", "findings", "start_blocked_by", "resume_blocked_by", "pump")
    return repr({key: state[key] for key in kept} | {"feed": state["feed"], "alarms": state["alarms"]})
