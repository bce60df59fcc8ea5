"""The demonstration's stage with doors a test may slam: a process killed, frozen, or started again."""

import os
import signal
import subprocess
import sys as sys_module
import time
from pathlib import Path
from typing import Any

from real_time import go_ahead

from pumpd.console_client import ConsoleClient
from pumpd.demo.stage import BED, PATIENT, Stage
from pumpd.shell.pins import hash_pin

SECOND_NURSE = "omar"
ORDER = {
    "patient": PATIENT,
    "drug": "ketamine",
    "weight_kg": "70",
    "dose_mg_per_kg": "0.5",
    "concentration_mg_per_ml": "2",
    "minutes": "40",
    "syringe": "bd-60",
}
SCENARIO = Path(__file__).parent / "calm.toml"


class Playhouse(Stage):
    """Broker, simulator, daemon and panel; a second nurse."""

    def __init__(self, folder: Path, speed: float, *, is_clinic: bool = False) -> None:
        super().__init__(folder, speed, SCENARIO, is_clinic=is_clinic)
        self.pins[SECOND_NURSE] = "770077"
        self._commands: dict[str, list[str]] = {}
        self.link = ""

    def raise_curtain(self) -> None:
        """Everything, the panel included."""
        self.open()
        self.link = self.open_panel("127.0.0.1:0")

    @property
    def address(self) -> str:
        return self.link.partition("/pair#")[0]

    @property
    def client(self) -> ConsoleClient:
        return ConsoleClient(self.places.socket)

    def state(self) -> dict[str, Any]:
        return self.client.status()

    def ask(self, verb: str, by: str, **args: Any) -> dict[str, Any]:
        """The last word on an act asked past the panel."""
        pin = self.pins[by] if verb in ("order", "verify", "start", "resume", "restore") else None
        *_, last = self.client.request(verb, BED, by, pin, args)
        return last

    def until(self, is_true: Any, seconds: float, what: str) -> dict[str, Any]:
        """The first state of which a claim holds."""
        ends_s = time.monotonic() + seconds
        with self.client.watch(BED, "playhouse") as states:
            state = self.state()
            while (told := states.poll(max(0.0, ends_s - time.monotonic()))) is not None:
                state = told
                if is_true(state):
                    return state
        raise AssertionError(f"not within {seconds} s: {what}; last: {state['word']} {state['headline']}")

    def infuse(self) -> None:
        """Order, verify, wait for the baseline, start."""
        assert self.ask("order", "dora", **ORDER)["stage"] == "accepted"
        assert self.ask("verify", "nina", epoch=self.state()["epoch"])["stage"] == "accepted"
        self.ask("measure", "nina")
        waited = self.until(_may_start_or_measure, 30, "one reading")
        while waited["start_blocked_by"]:
            self.ask("measure", "nina")
            waited = self.until(lambda one: not one["start_blocked_by"], 8, "a baseline")
        answer: dict[str, Any] = {"stage": "", "reasons": ["look again"]}
        while "look again" in str(answer["reasons"]):  # a reading that ended meanwhile is another baseline
            answer = self.ask("start", "nina", epoch=self.state()["epoch"])
        assert answer["stage"] == "confirmed", answer

    def has_measured(self, state: dict[str, Any]) -> bool:
        """False: what is waited for is not there yet; the pressure is measured meanwhile."""
        newest = state["vitals"].get("sys")
        if not state["cuff_active"] and (newest is None or newest["age_ms"] > 40_000):
            self.ask("measure", "nina")
        return False

    def shift_pressure(self, sys: int, dia: int) -> None:
        """Move the patient's true pressure, at once."""
        program = Path(sys_module.executable).with_name("hil-sim")
        order = [str(program), "inject", str(self.places.control), "bp_shift"]
        subprocess.run([*order, f"sys={sys}", f"dia={dia}", "over_s=5"], check=True, capture_output=True)

    def strike(self, name: str, sign: signal.Signals) -> None:
        """Send a signal to one of the processes."""
        os.kill(self._one(name).pid, sign)

    def kill(self, name: str) -> None:
        """End it as a crash does."""
        one = self._one(name)
        one.kill()
        one.wait()
        if one.stdout is not None:
            one.stdout.close()
        self._running = [(other, each) for other, each in self._running if each is not one]

    def again(self, name: str) -> None:
        """Start it as it was started."""
        self._start(name, self._commands[name])

    def _one(self, name: str) -> "subprocess.Popen[str]":
        return next(one for other, one in self._running if other == name)

    def _start(self, name: str, command: list[str]) -> str:
        self._commands[name] = command
        ready = super()._start(name, command)
        go_ahead(self._one(name).pid)
        return ready

    def _configuration(self, port: int, pump: str) -> str:
        second = (
            f'[[users]]\nname = "{SECOND_NURSE}"\nroles = ["nurse"]\npin_scrypt = "{hash_pin("770077")}"\n'
        )
        return super()._configuration(port, pump).replace("[[channels]]", f"{second}[[channels]]")


def _may_start_or_measure(state: dict[str, Any]) -> bool:
    return not state["start_blocked_by"] or (not state["cuff_active"] and "sys" in state["vitals"])
