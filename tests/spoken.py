"""What the daemon says to people, collected while its own code runs: for tests of how it is put into other languages."""

from collections.abc import Iterator, Mapping
from typing import Any

from channel_bench import Bench
from clinic_bench import ClinicBench

from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.state import ChannelState
from pumpd.panel.bed_view import WORDED
from pumpd.panel.care_view import TYPED

#: Where a state holds sentences: lists of sentences, and lists of objects with one.
_LISTS = ("resume_blocked_by", "restore_blocked_by", "start_blocked_by")
_OBJECTS = (("holds", "reason"), ("binding", "reason"), ("findings", "reason"), ("alarms", "text"))


def sentences_of(state: Mapping[str, Any]) -> Iterator[str]:
    """Everything in a summary that a panel shows and no person typed."""
    yield from (str(state[key]) for key in ("headline", "next"))
    for key in _LISTS:
        yield from state[key]
    for key, field in _OBJECTS:
        yield from (one[field] for one in state[key])
    yield from (str((state.get("library") or {}).get("changed") or ""), state["pump"].get("hold") or "")
    yield from (str(state["order"][key]) for key in WORDED if key in (state["order"] or {}))
    care = state["care"]
    yield care["next"]
    yield from (one["text"] for one in care["prompts"])
    yield from (one["text"] for one in care["log"] if one["kind"] not in TYPED)
    yield from (one["text"] for one in (care["checklist"] or {}).get("items", ()))
    yield from care["close_blocked_by"]
    yield from (care["series"] or {}).get("warnings") or ()


class Ear:
    """A watcher of a bench: keeps every sentence, with the event it was first heard at."""

    def __init__(self) -> None:
        self.heard: dict[str, str] = {}

    def hear(self, sentence: str, where: str) -> None:
        if sentence:
            self.heard.setdefault(sentence, where)

    def answered(self, actions: tuple[do.Action, ...], where: str) -> None:
        for one in actions:
            if isinstance(one, do.Answer):
                for reason in one.reasons:
                    self.hear(reason, where)
                for problem in one.problems:
                    self.hear(problem.text, where)


def _rows(state: ChannelState) -> list[str]:
    return [one.rule_id for one in state.findings]


class _Heard:
    """Mixed into a bench: every decision is listened to, and the state shown after it."""

    ear: Ear

    def decided(self: Any, before: ChannelState, event: ev.Event, actions: tuple[do.Action, ...]) -> None:
        self.ear.answered(actions, type(event).__name__)
        if not isinstance(event, ev.Ticked | ev.PumpReported | ev.SamplesArrived) or _rows(before) != _rows(
            self.state
        ):
            self.listen(type(event).__name__)

    def listen(self: Any, where: str) -> None:
        for sentence in sentences_of(self.shown):
            self.ear.hear(sentence, where)


class HeardBench(_Heard, Bench):
    """A bench course that is listened to."""

    def __init__(self, ear: Ear, *args: Any, **named: Any) -> None:
        self.ear = ear
        super().__init__(*args, **named)


class HeardClinic(_Heard, ClinicBench):
    """A clinic's course that is listened to."""

    def __init__(self, ear: Ear, *args: Any, **named: Any) -> None:
        self.ear = ear
        super().__init__(*args, **named)
