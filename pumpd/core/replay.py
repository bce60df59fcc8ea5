"""A record decided again.

Theory of operation. State is a fold of `decide` over events (law 12). So the same function serves twice: after a crash it
brings a channel back from its newest snapshot and the events behind it, and on the bench it proves that a journal's
actions are what this code does with the journal's events, byte for byte. The rule table may have changed between the
snapshot and the crash's end; what the rows remember is put under the new one first.
"""

from collections.abc import Iterable, Iterator

from pumpd.core.actions import Action
from pumpd.core.boot import refitted
from pumpd.core.decide import decide
from pumpd.core.events import Event
from pumpd.core.state import ChannelState, Policy


def fold(state: ChannelState, events: Iterable[Event], policy: Policy) -> ChannelState:
    """The channel after `events`; their actions were carried out long ago."""
    state = refitted(state, policy)
    for event in events:
        state, _ = decide(state, event, policy)
    return state


def again(
    state: ChannelState, events: Iterable[Event], policy: Policy
) -> Iterator[tuple[Event, ChannelState, tuple[Action, ...]]]:
    """Decide each event anew; yields event, state after it, actions."""
    for event in events:
        state, actions = decide(state, event, policy)
        yield event, state, actions
