"""Judging what a story expects by what was recorded: one verdict for each claim, in a sentence that says what was seen.

Theory of operation. A verdict is for somebody who did not watch: it repeats the claim with the instant from which it
counted, and says what was seen, or what was seen instead. What cannot be judged has failed, never passed: an act
that never happened, watching that ended before the time was up, a daemon that showed nothing. For the plunger both
sources are read, the changes of its motion and the truth of each second, so that a change nobody entered is no
stillness.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import assert_never

from hil_sim.bench.claims import (
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
from hil_sim.bench.recording import ACTS, Happening, Recording, Verdict

_MOVING = ("SLOW", "PAUSE", "STOP")
_ENDINGS = ("COMPLETED", "STOPPED")
_BLIND = "the daemon never showed a word, so nothing can be said"
_NOTHING = "nothing was recorded"
#: Two sums of the same decimal figures may differ by this.
_EPSILON = 1e-9

_Said = tuple[bool, str]


def judge(claims: Iterable[Claim], recording: Recording) -> list[Verdict]:
    """Judge every claim, in their order."""
    return [_judge(claim, recording) for claim in claims]


def _judge(claim: Claim, seen: Recording) -> Verdict:
    words = claim.words()
    if isinstance(claim, RuleShown | WordShown | PlungerStands | AlarmShown | Answered):
        began_s = _began_s(claim.when, seen)
        if began_s is None:
            return Verdict(words, False, _why_not_begun(claim.when, seen))
        if claim.when.after:
            words += f" (at {began_s:.1f} s)"
        passed, said = _judge_timed(claim, began_s, seen)
    else:
        passed, said = _judge_whole(claim, seen)
    return Verdict(words, passed, said)


def _judge_timed(
    claim: RuleShown | WordShown | PlungerStands | AlarmShown | Answered, began_s: float, seen: Recording
) -> _Said:
    match claim:
        case RuleShown():
            demands = [(one.t_s, str(one.detail["demand"])) for one in seen.of("rule", name=claim.rule)]
            return _standing(
                demands,
                lambda demand: demand == claim.action if claim.action else demand != "",
                _Window(claim.when, began_s, seen.until_s),
                lambda demand: f"demanded {demand or 'nothing'}",
            )
        case WordShown():
            words = [(one.t_s, one.name) for one in seen.of("word")]
            return _standing(
                words,
                lambda word: word == claim.word,
                _Window(claim.when, began_s, seen.until_s),
                lambda word: f"the word was {word}",
            )
        case AlarmShown():
            alarms = [(one.t_s, _priority(one)) for one in seen.of("alarm", name=claim.alarm)]
            return _standing(
                alarms,
                lambda priority: priority == claim.priority if claim.priority else priority != "",
                _Window(claim.when, began_s, seen.until_s),
                lambda priority: f"it stood with {priority} priority" if priority else "it did not stand",
            )
        case PlungerStands():
            return _plunger(claim, _Window(claim.when, began_s, seen.until_s), seen)
        case Answered():
            return _answered(claim, _Window(claim.when, began_s, seen.until_s), seen)
        case _:
            assert_never(claim)


def _judge_whole(
    claim: RulesLimited | Trips | Delivered | Completed | Ended | NeverFaster | Kept, seen: Recording
) -> _Said:
    match claim:
        case RulesLimited():
            return _limited(claim, seen)
        case Trips():
            return _trips(claim, seen)
        case Delivered():
            return _delivered(claim, seen)
        case Completed():
            return _completed(claim, seen)
        case Ended():
            ends = [one for one in seen.of("word") if one.name in _ENDINGS]
            if not ends:
                return False, _last_word(seen)
            return ends[-1].name == claim.ended.upper(), f"{ends[-1].name} at {ends[-1].t_s:.1f} s"
        case NeverFaster():
            if not seen.moments:
                return False, _NOTHING
            rate, t_s = max((rate, -t_s) for t_s, rate in seen.rates())
            return rate <= claim.limit_ml_h + _EPSILON, f"fastest {rate:.2f} mL/h, at {-t_s:.1f} s"
        case Kept():
            if not list(seen.of("watch")):
                return False, "no oracle looked on: it does on a virtual bench only"
            broken = [one.text for one in seen.of("violation")]
            return not broken, "; ".join(broken) or "none was broken"
        case _:
            assert_never(claim)


# when


def _acts(when: When, seen: Recording) -> Iterable[Happening]:
    return seen.of(*(("fault_over",) if when.is_over else ACTS), name=when.after)


def _began_s(when: When, seen: Recording) -> float | None:
    """When the time of a claim begins; None: its act never happened."""
    if not when.after:
        return when.at_s if when.at_s <= seen.until_s else None
    times = [one.t_s for one in _acts(when, seen)]
    return times[when.nth - 1] if len(times) >= when.nth else None


def _why_not_begun(when: When, seen: Recording) -> str:
    if not when.after:
        return f"watching ended at {seen.until_s:.1f} s"
    count = sum(1 for _ in _acts(when, seen))
    return f"{when.act} never happened" + (f" (it happened {count} times)" if count else "")


class _Window:
    """A claim's time: from, until, and whether watching lasted that long."""

    def __init__(self, when: When, began_s: float, until_s: float) -> None:
        self.began_s = began_s
        self.ends_s = until_s if when.within_s is None else began_s + when.within_s
        self.until_s = until_s
        self._is_from_start = not when.after and not when.at_s

    @property
    def is_cut(self) -> bool:
        """Watching ended before the time was up."""
        return self.ends_s > self.until_s + _EPSILON

    def has(self, t_s: float) -> bool:
        return t_s <= self.ends_s + _EPSILON

    def cut_words(self) -> str:
        return f"watching ended at {self.until_s:.1f} s, before the time was up (at {self.ends_s:.1f} s)"

    def at(self, t_s: float) -> str:
        """An instant, with how long it is after the time began: "at 1012.3 s, 82.3 s later"."""
        return f"at {t_s:.1f} s" + ("" if self._is_from_start else f", {later(t_s - self.began_s)}")


def later(seconds: float) -> str:
    """How much later, to the millisecond where that matters: "400 ms later", "82.3 s later", "at once"."""
    if seconds < 0.0005:
        return "at once"
    return f"{seconds * 1000.0:.0f} ms later" if seconds < 0.9995 else f"{round(seconds, 1):.9g} s later"


def _standing(
    changes: Sequence[tuple[float, str]],
    holds: Callable[[str], bool],
    window: _Window,
    instead: Callable[[str], str],
) -> _Said:
    """Judge something that stands from one change to the next.

    Args:
        changes: instants and what stood from then on ("": nothing), in order of time.
        holds: whether that is what was claimed.
        window: the time it must be so at least once.
        instead: says in words what stood.
    """
    before = [change for change in changes if change[0] <= window.began_s]
    if before and holds(before[-1][1]):
        return True, f"already so, since {before[-1][0]:.1f} s"
    for t_s, state in changes[len(before) :]:
        if holds(state):
            if window.has(t_s):
                return True, f"seen {window.at(t_s)}"
            return False, f"first seen {window.at(t_s)}"
    if window.is_cut:
        return False, f"not seen; {window.cut_words()}"
    others = [change for change in changes if change[0] <= window.ends_s + _EPSILON]
    aside = f"; {instead(others[-1][1])} from {others[-1][0]:.1f} s on" if others else ""
    return False, f"not seen until {window.until_s:.1f} s, the end of watching{aside}"


def _priority(alarm: Happening) -> str:
    return "" if alarm.detail["phase"] == "end" else str(alarm.detail["priority"])


# the plunger


def _plunger(claim: PlungerStands, window: _Window, seen: Recording) -> _Said:
    if not seen.moments:
        return False, _NOTHING
    if window.is_cut:
        return False, window.cut_words()
    rates = seen.rates()
    due = [rate for rate in rates if window.has(rate[0])]
    rate = due[-1][1] if due else 0.0
    if (rate == 0.0) == claim.still:
        others = [index for index, (_, one) in enumerate(due) if (one == 0.0) != claim.still]
        since_s = due[others[-1] + 1][0] if others else 0.0
        verb = "stands" if claim.still else f"moves at {rate:.2f} mL/h"
        if since_s <= window.began_s:
            return True, f"it {verb} since {since_s:.1f} s, before the time began"
        return True, f"it {verb} since {since_s:.1f} s, {later(since_s - window.began_s)}"
    was = f"it moved at {rate:.2f} mL/h" if claim.still else "it stood"
    after = (t_s for t_s, one in rates[len(due) :] if (one == 0.0) == claim.still)
    changed_s = next(after, None)
    word = "stood" if claim.still else "moved"
    then = f"it {word} {window.at(changed_s)}" if changed_s is not None else f"it never {word} after that"
    return False, f"{was} at {window.ends_s:.1f} s; {then}"


def _answered(claim: Answered, window: _Window, seen: Recording) -> _Said:
    answers = [one for one in seen.of("answer", name=claim.verb) if one.t_s >= window.began_s]
    for one in answers:
        spoken = [one.text, *map(str, one.detail.get("reasons", ()))]
        is_it = one.detail["stage"] == claim.stage and any(
            claim.says.lower() in each.lower() for each in spoken
        )
        if is_it:
            return window.has(one.t_s), f"answered {window.at(one.t_s)}{_reasons(one)}"
    if answers:
        told = "; ".join(f"{one.detail['stage']} at {one.t_s:.1f} s{_reasons(one)}" for one in answers[:3])
        return False, f"answered instead: {told}"
    return False, f"not seen; {window.cut_words()}" if window.is_cut else "never answered"


def _reasons(answer: Happening) -> str:
    reasons = "; ".join(map(str, answer.detail.get("reasons", ())))
    return f" ({reasons})" if reasons else ""


# the whole run


def _is_blind(seen: Recording) -> bool:
    return not any(seen.of("word")) and not any(moment.word for moment in seen.moments)


def _last_word(seen: Recording) -> str:
    words = list(seen.of("word"))
    return f"the last word was {words[-1].name}, from {words[-1].t_s:.1f} s on" if words else _BLIND


def _limited(claim: RulesLimited, seen: Recording) -> _Said:
    if _is_blind(seen):
        return False, _BLIND
    rules = seen.rules_seen()
    wrong = [name for name in rules if (name not in claim.rules) == claim.is_only]
    if wrong:
        first = [next(one for one in seen.of("rule", name=name) if one.detail["demand"]) for name in wrong]
        told = ", ".join(f"{one.name} {one.detail['demand']} at {one.t_s:.1f} s" for one in first)
        return False, f"{told} {'was' if len(first) == 1 else 'were'} seen"
    return True, f"seen: {', '.join(rules) or 'no rule'}"


def _trips(claim: Trips, seen: Recording) -> _Said:
    if _is_blind(seen):
        return False, _BLIND
    demands = [(one.name, str(one.detail["demand"])) for one in seen.of("rule")]
    trips = tuple(dict.fromkeys(pair for pair in demands if pair[1] in _MOVING))
    return trips == claim.trips, f"seen: {', '.join(map(' '.join, trips)) or 'none'}"


def _delivered(claim: Delivered, seen: Recording) -> _Said:
    if not seen.moments:
        return False, _NOTHING
    given_mg = seen.delivered_mg
    is_enough = claim.low_mg is None or given_mg >= claim.low_mg - _EPSILON
    is_too_much = claim.high_mg is not None and given_mg > claim.high_mg + _EPSILON
    prescribed_mg = seen.dose["prescribed_mg"]
    return is_enough and not is_too_much, f"{given_mg:.3f} mg, of {prescribed_mg:g} mg prescribed"


def _completed(claim: Completed, seen: Recording) -> _Said:
    if _is_blind(seen):
        return False, _BLIND
    first = next(seen.of("word", name="COMPLETED"), None)
    said = f"COMPLETED at {first.t_s:.1f} s" if first else f"never completed; {_last_word(seen)}"
    return (first is not None) == claim.completed, said
