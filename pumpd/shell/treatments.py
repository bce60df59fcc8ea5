"""Which patients were treated when: an index over the journal, kept in memory while the daemon runs.

Theory of operation. Spacing between sessions must be known before a decision and may not be looked up within it. So every
start of a clinic's course leaves one small record of its own kind, which a later boot reads by the journal's index without
touching the rest. A channel whose start is on disk but whose small record is not (a power cut between the two) still
knows the start itself, so the index asks the channels too. The event of an order or a start carries what the index knows
of its patient into the decision.
"""

import json
import sqlite3
from pathlib import Path

from pumpd.core import events as ev
from pumpd.core.replacing import replace
from pumpd.core.state import ChannelState
from pumpd.shell.journal_file import JournalRefused, every

#: Kind of the record; its body: patient and wall_ms, unix ms.
TREATMENT = "treatment"
#: Sessions remembered of one patient. No limit looks at more than nine.
KEPT = 32


class Treatments:
    """When each patient's sessions were started. All methods belong to the loop's thread."""

    def __init__(self) -> None:
        self._begun: dict[str, tuple[int, ...]] = {}

    def load(self, path: Path) -> str:
        """Take up what the journal knows; why not all of it, "" when all. Blocks; for the start of the daemon.

        A daemon that refused to start here could not halt its pump.
        """
        try:
            for record in every(path, TREATMENT):
                body = json.loads(record.body)
                self._add(str(body["patient"]), int(body["wall_ms"]))
        except (JournalRefused, sqlite3.Error, KeyError, TypeError, ValueError) as strange:
            return f"{type(strange).__name__}: {strange}"
        return ""

    def of(self, patient: str) -> tuple[int, ...]:
        """Unix ms, oldest first."""
        return self._begun.get(patient, ())

    def placed(self, event: ev.PersonEvent, state: ChannelState, wall_ms: int) -> ev.PersonEvent:
        """The event with the moment and the earlier sessions in it, where it is an order or a start."""
        if isinstance(event, ev.OrderEntered):
            patient = dict(event.fields).get("patient", "")
            return replace(event, wall_ms=wall_ms, past_wall_ms=self.of(patient))
        if isinstance(event, ev.StartPressed):
            order = state.session.order
            past = () if order is None else self.of(order.patient)
            return replace(event, wall_ms=wall_ms, past_wall_ms=past)
        return event

    def begun(self, state: ChannelState) -> str:
        """The body of the record that is due for the session of this channel; "" where there is none, or it is known."""
        order, wall_ms = state.session.order, state.care.started_wall_ms
        if order is None or not wall_ms or wall_ms in self.of(order.patient):
            return ""
        self._add(order.patient, wall_ms)
        return json.dumps({"patient": order.patient, "wall_ms": wall_ms})

    def _add(self, patient: str, wall_ms: int) -> None:
        self._begun[patient] = tuple(sorted({*self.of(patient), wall_ms}))[-KEPT:]
