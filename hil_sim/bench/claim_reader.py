"""How a claim is written in a story's file: one `[[expect]]`, strictly read.

Theory of operation. One key says what is claimed (`rule`, `still`, `delivered_mg`, ...); the others of its table are
known from that one, so a key that belongs elsewhere is refused rather than ignored. The act a claim counts from
must be in the story's timeline, often enough; only what an operator does of her own is not counted beforehand.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hil_sim.bench.claims import (
    OVER,
    AlarmShown,
    Answered,
    Claim,
    Completed,
    Delivered,
    Ended,
    Kept,
    NeverFaster,
    PlungerStands,
    RuleShown,
    RulesLimited,
    Trips,
    When,
    WordShown,
)
from hil_sim.bench.strict import Reader, meant

ACTIONS = ("ADVISE", "SLOW", "PAUSE", "STOP")
PRIORITIES = ("low", "medium", "high")
STAGES = ("refused", "accepted", "confirmed", "not_confirmed")
ENDINGS = ("completed", "stopped")
KEPT = ("kept",)
_WHEN = ("after", "at_s", "within")


@dataclass(frozen=True, slots=True)
class _Table:
    """One `[[expect]]` while it is read: where it stands, and what acts its story has."""

    reader: Reader
    where: str
    raw: Mapping[str, Any]
    acts: Mapping[str, int]
    verbs: tuple[str, ...]

    def key(self, name: str) -> str:
        return f"{self.where}.{name}"

    def text(self, name: str) -> str:
        return self.reader.text(self.key(name), self.raw.get(name))

    def choice(self, name: str, choices: tuple[str, ...], default: str = "") -> str:
        return self.reader.choice(self.key(name), self.raw[name], choices) if name in self.raw else default

    def when(self) -> When:
        raw, reader = self.raw, self.reader
        if "after" in raw and "at_s" in raw:
            raise reader.error(self.key("at_s"), raw["at_s"], "after or at_s, not both")
        within_s = reader.span_s(self.key("within"), raw["within"]) if "within" in raw else None
        if "after" in raw:
            name, nth, is_over = self._after(raw["after"])
            return When(name, nth, is_over, within_s=within_s)
        if within_s is not None and "at_s" not in raw:
            raise reader.error(self.key("within"), raw["within"], "needs after or at_s, from which it counts")
        return When(at_s=reader.number(self.key("at_s"), raw.get("at_s", 0.0)), within_s=within_s)

    def _after(self, value: object) -> tuple[str, int, bool]:
        """`bp_shift`, `bp_shift#2`, `line_down over`: an act that this story has."""
        key, error = self.key("after"), self.reader.error
        text = self.reader.text(key, value, 'is the name of an act such as "bp_shift" or "bp_shift#2"')
        name, mark, count = text.removesuffix(OVER).partition("#")
        if mark and not (count.isdecimal() and count.isascii() and int(count) >= 1):
            raise error(key, value, 'the n-th act of a name is written "name#2"')
        nth = int(count) if mark else 1
        known = sorted({*self.acts, *self.verbs})
        if name not in known:
            what = f"no such act in the timeline; there is: {', '.join(known)}{meant(name, known)}"
            raise error(key, value, what)
        # How often a nurse presses is hers to decide; what the timeline does is counted here.
        if name not in self.verbs and nth > self.acts[name]:
            raise error(key, value, f"the timeline has {name} {self.acts[name]} times")
        return name, nth, text.endswith(OVER)


def _limits_mg(reader: Reader, key: str, value: object) -> Delivered:
    if isinstance(value, list) and len(value) == 2:
        low_mg, high_mg = (reader.number(f"{key}[{index}]", each) for index, each in enumerate(value))
        table: dict[str, float] = {"min": low_mg, "max": high_mg}
    elif isinstance(value, dict) and value:
        reader.refuse_unknown(key, value, ("min", "max"))
        table = {side: reader.number(f"{key}.{side}", each) for side, each in value.items()}
    else:
        raise reader.error(key, value, "is { min = 34.65, max = 35.0 }, or one of the two")
    claim = Delivered(table.get("min"), table.get("max"))
    if claim.low_mg is not None and claim.high_mg is not None and claim.low_mg > claim.high_mg:
        raise reader.error(key, value, "min is above max")
    return claim


def _some_rules(table: _Table, name: str) -> tuple[str, ...]:
    rules = table.reader.texts(table.key(name), table.raw[name])
    if not rules:
        raise table.reader.error(table.key(name), [], "names no rule, so it could not fail")
    return rules


def _trips(reader: Reader, key: str, value: object) -> Trips:
    pairs = []
    for index, each in enumerate(reader.tables(key, value)):
        where = f"{key}[{index}]"
        reader.refuse_unknown(where, each, ("rule", "action"))
        action = reader.choice(f"{where}.action", each.get("action"), ACTIONS[1:])
        pairs.append((reader.text(f"{where}.rule", each.get("rule")), action))
    return Trips(tuple(pairs))


#: By the key that makes the claim: the other keys it takes, and how it is read.
_KINDS: Mapping[str, tuple[tuple[str, ...], Callable[[_Table], Claim]]] = {
    "rule": (
        ("action", *_WHEN),
        lambda t: RuleShown(t.text("rule"), t.choice("action", ACTIONS), t.when()),
    ),
    "no_rule": ((), lambda t: RulesLimited(_some_rules(t, "no_rule"), is_only=False)),
    "only_rules": (
        (),
        lambda t: RulesLimited(t.reader.texts(t.key("only_rules"), t.raw["only_rules"]), is_only=True),
    ),
    "trips": ((), lambda t: _trips(t.reader, t.key("trips"), t.raw["trips"])),
    "word": (_WHEN, lambda t: WordShown(t.text("word"), t.when())),
    "still": (_WHEN, lambda t: PlungerStands(t.reader.switch(t.key("still"), t.raw["still"]), t.when())),
    "alarm": (
        ("priority", *_WHEN),
        lambda t: AlarmShown(t.text("alarm"), t.choice("priority", PRIORITIES), t.when()),
    ),
    "answer": (("stage", "says", *_WHEN), lambda t: _answer(t)),
    "delivered_mg": ((), lambda t: _limits_mg(t.reader, t.key("delivered_mg"), t.raw["delivered_mg"])),
    "completed": ((), lambda t: Completed(t.reader.switch(t.key("completed"), t.raw["completed"]))),
    "ended": ((), lambda t: Ended(t.choice("ended", ENDINGS))),
    "invariants": ((), lambda t: _kept(t)),
    "never_faster_than_ml_h": (
        (),
        lambda t: NeverFaster(
            t.reader.above_0(t.key("never_faster_than_ml_h"), t.raw["never_faster_than_ml_h"])
        ),
    ),
}


def _answer(table: _Table) -> Answered:
    verb = table.choice("answer", table.verbs)
    stage = table.reader.choice(table.key("stage"), table.raw.get("stage"), STAGES)
    return Answered(verb, stage, table.text("says") if "says" in table.raw else "", table.when())


def _kept(table: _Table) -> Kept:
    table.choice("invariants", KEPT)
    return Kept()


def read_claims(
    reader: Reader, value: object, acts: Mapping[str, int], verbs: tuple[str, ...]
) -> tuple[Claim, ...]:
    """Read `[[expect]]`, or the older single table `[expect]` of trips, completed and delivered_mg.

    Args:
        reader: of the file.
        value: what stands under `expect`.
        acts: how often each act is in the timeline, by name.
        verbs: what an operator can do, which may also happen unscripted.

    Raises:
        StoryError: a claim is not one; names file, key, value, and what would be right.
    """
    if isinstance(value, dict):
        reader.refuse_unknown("expect", value, ("trips", "completed", "delivered_mg"))
        tables = [("expect", {key: each}) for key, each in value.items()]
    else:
        tables = [(f"expect[{index}]", each) for index, each in enumerate(reader.tables("expect", value))]
    return tuple(_claim(_Table(reader, where, raw, acts, verbs)) for where, raw in tables)


def _claim(table: _Table) -> Claim:
    heads = [key for key in table.raw if key in _KINDS]
    if len(heads) != 1:
        found = f"{len(heads)} here: {', '.join(heads)}" if heads else "none here"
        raise table.reader.error(
            table.where, dict(table.raw), f"makes one claim, {found}; known: {', '.join(_KINDS)}"
        )
    others, read = _KINDS[heads[0]]
    table.reader.refuse_unknown(table.where, table.raw, (heads[0], *others))
    return read(table)
