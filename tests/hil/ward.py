"""Several beds on one box: one daemon, one broker, and for each bed a pump of its own kind, a monitor and a patient.

Theory of operation. Each bed is a `Rig` in everything that is one bed's: the order, the waiting for a state, the pump's
truth. What the beds have in common (broker, daemon, configuration, console) belongs to the ward, which lends it. So what
the single bed's tests say about a bed is said here of each of three at the same time.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from hand_monitor import HandMonitor
from rig import Rig
from rig_programs import Program, Sim, pumpd
from rig_pumps import RigPump

_HEAD_ENDS = "[[channels]]"


class Bed(Rig):
    """One bed of a ward: its pump, monitor and patient. Broker and daemon are the ward's."""

    def __init__(self, ward: "Ward", number: int, pump: RigPump) -> None:
        super().__init__(ward.folder / f"bed-{number}", pump=pump)
        self.number = number
        self.channel = f"bed-{number}"
        self.patient = f"tok-{number}000"
        self.broker, self.socket, self.client = ward.broker, ward.socket, ward.client
        self.journal, self.bell = ward.journal, ward.bell

    def open(self) -> "Bed":
        self.sim = Sim(self.folder, self.pump)
        self.programs.append(self.sim)
        self.monitor = HandMonitor(self.broker.port, self.patient, self.number)
        self.monitor.start()
        return self

    def close(self) -> None:
        for program in reversed(self.programs):
            program.close()
        if hasattr(self, "monitor"):
            self.monitor.close()

    def table(self) -> str:
        """This bed's own part of the configuration."""
        text = self.write_config().read_text(encoding="utf-8")
        table = text[text.index(_HEAD_ENDS) :]
        for device in ("monitor", "transducer", "bed"):
            table = table.replace(f'"{device}-1"', f'"{device}-{self.number}"')
        return table


class Ward(Rig):
    """Broker, daemon and console of several beds."""

    def __init__(self, folder: Path, pumps: Sequence[RigPump]) -> None:
        super().__init__(folder)
        self.beds = [Bed(self, number, pump) for number, pump in enumerate(pumps, 1)]

    def open(self) -> "Ward":
        Rig.opened.append(self)
        self.broker.start()
        for bed in self.beds:
            bed.open()
        return self

    def close(self) -> None:
        for program in reversed(self.programs):
            program.close()
        for bed in self.beds:
            bed.close()
        self.broker.close()
        self.bell.close()
        if self in Rig.opened:
            Rig.opened.remove(self)

    def write_config(self, name: str = "pumpd.toml", **_changes: str) -> Path:
        """The beds' common head, then a channel for each."""
        first = self.beds[0]
        head = first.write_config(name).read_text(encoding="utf-8")
        text = head[: head.index(_HEAD_ENDS)] + "\n".join(bed.table() for bed in self.beds)
        tomllib.loads(text)
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

    def start_daemon(self) -> Program:
        """Run pumpd for all beds and return when it serves."""
        self.daemon = Program("pumpd", pumpd("run", "--config", str(self.write_config())))
        self.programs.append(self.daemon)
        self.daemon.wait_for_line("READY")
        for bed in self.beds:
            bed.daemon = self.daemon
        return self.daemon

    def report(self) -> list[tuple[str, str]]:
        """All that helps to understand a failure, of every bed."""
        found = [(f"{one.name} log", one.log[-12_000:]) for one in self.programs]
        for bed in self.beds:
            found += [(f"{bed.channel}: {title}", text) for title, text in bed.report()]
        return found
