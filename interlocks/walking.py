"""Walking through conditions made of conditions."""

from collections.abc import Iterator

from interlocks.combinations import AllOf, AnyOf, IfSent, Not, OneFresh
from interlocks.conditions import Condition


def walk(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and every condition inside it."""
    yield condition
    for part in condition.members():
        yield from walk(part)


def leaves(condition: Condition, is_negated: bool = False) -> Iterator[tuple[Condition, bool]]:
    """Yield every leaf with whether it stands under an odd number of Not."""
    parts = condition.members()
    if not parts:
        yield condition, is_negated
    for part in parts:
        yield from leaves(part, is_negated ^ isinstance(condition, Not))


def implied(condition: Condition, is_denied: bool = False) -> Iterator[tuple[Condition, bool]]:
    """Yield what must be so (False), or not so (True), whenever a condition is TRUE.

    What may or may not be so, as one part of an AnyOf, is left out.
    """
    yield condition, is_denied
    if isinstance(condition, Not):
        yield from implied(condition.part, not is_denied)
    elif isinstance(condition, AnyOf) if is_denied else isinstance(condition, AllOf | OneFresh | IfSent):
        for part in condition.members():
            yield from implied(part, is_denied)
