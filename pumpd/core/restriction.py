"""How many limits become one permitted rate.

Theory of operation. Everything that may hold delivery back says so as a `Restriction`: a hold (nothing at all) or a
ceiling, with its source and a sentence of why. The permit is the minimum, in one total order STOP < PAUSE < ceiling,
and `binding` names every restriction that the minimum comes from, so "why is it slow" is never computed twice. There
is always exactly one PROGRAMME restriction: without a verified programme there is nothing to permit.

Law 1 (automation only lowers) has its place here too: the OPERATOR ceiling is a ratchet. It follows the permit down
by itself and is lifted only by a person's start or resume, so no rule that clears, no timer and no message can raise
a rate, whatever the rest of the program does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from interlocks.frozen import quick
from interlocks.vocabulary import Demand, Finding


class Source(StrEnum):
    """Who restricts."""

    PROGRAMME = "programme"
    LIBRARY = "library"
    PUMP = "pump"
    OPERATOR = "operator"
    INTERLOCK = "interlock"
    DAEMON = "daemon"


#: By a name of its own, for what is asked at every decision; see `interlocks.vocabulary.TRUE`.
_PROGRAMME: Final = Source.PROGRAMME


class Hold(IntEnum):
    """Kinds of zero, mildest first."""

    NONE = 0
    PAUSE = 1  # a person may resume
    STOP = 2  # the session is over


@quick
@dataclass(frozen=True, slots=True)
class Restriction:
    """One reason for delivering less. `ceiling_nl_h` counts only without a hold."""

    source: Source
    hold: Hold
    ceiling_nl_h: int
    reason: str
    rule: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Permit:
    """What may be delivered now, and why not more.

    Attributes:
        rate_nl_h: 0 under any hold.
        hold: the most severe hold.
        binding: the restrictions that the minimum comes from, in the order given.
    """

    rate_nl_h: int
    hold: Hold
    binding: tuple[Restriction, ...]


def permit(restrictions: Sequence[Restriction]) -> Permit:
    """The minimum of all restrictions.

    Raises:
        ValueError: not exactly one PROGRAMME restriction, or a negative ceiling: a defect of ours, never of input.
    """
    if [one.source for one in restrictions].count(_PROGRAMME) != 1:
        raise ValueError("a permit needs exactly one programme")
    if min([one.ceiling_nl_h for one in restrictions]) < 0:
        raise ValueError("a ceiling below zero")
    ranks = [_rank(one) for one in restrictions]
    worst = min(ranks)
    binding = tuple([one for one, rank in zip(restrictions, ranks, strict=True) if rank == worst])
    return Permit(rate_nl_h=worst[1], hold=binding[0].hold, binding=binding)


def _rank(one: Restriction) -> tuple[int, int]:
    return (-one.hold, 0 if one.hold else one.ceiling_nl_h)


#: facts/clinical.md 3.2: SLOW is 50 % of the prescribed rate, a second independent cause 25 %, a third PAUSE.
SLOW_PERCENT = {1: 50, 2: 25}


def from_findings(
    findings: Sequence[Finding], programme_rate_nl_h: int, floor: Callable[[int], int]
) -> tuple[Restriction, ...]:
    """Translate demands. Rows of one cause (both watch blood pressure, say) are one reason to slow, not two.

    Args:
        findings: what the rules demand.
        programme_rate_nl_h: the prescribed rate that percentages refer to.
        floor: the largest rate the pump can be set to, not above its argument; 0 if none.
    """
    if not findings:
        return ()
    slowing: dict[str, None] = {}
    for one in findings:
        if one.demand is Demand.SLOW:
            slowing.setdefault(one.cause)
    percent = SLOW_PERCENT.get(len(slowing))
    found = []
    for one in findings:
        if one.demand is Demand.STOP:
            found.append(_hold(one, Hold.STOP))
        elif one.demand is Demand.PAUSE or (one.demand is Demand.SLOW and percent is None):
            found.append(_hold(one, Hold.PAUSE))
        elif one.demand is Demand.SLOW and percent is not None:
            ceiling = floor(programme_rate_nl_h * percent // 100)
            hold = Hold.NONE if ceiling else Hold.PAUSE
            found.append(Restriction(Source.INTERLOCK, hold, ceiling, one.reason, one.rule_id))
    return tuple(found)


def _hold(finding: Finding, hold: Hold) -> Restriction:
    return Restriction(Source.INTERLOCK, hold, 0, finding.reason, finding.rule_id)
