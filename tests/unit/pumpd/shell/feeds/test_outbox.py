"""The outbox: bounded, newest word for a retained topic, nothing said too late."""

import tracemalloc

import pytest

from pumpd.shell.feeds import topics
from pumpd.shell.feeds.outbox import MAX_RETAINED, MAX_WAIT_MS, MAX_WAITING, Outbox, Outgoing


def request(n: int, at_ms: int = 0) -> Outgoing:
    return Outgoing("pumpd/v1/request/bed-1", b"%d" % n, False, 1, at_ms)


def state(payload: bytes, channel: str = "bed-1") -> Outgoing:
    return Outgoing(f"pumpd/v1/state/{channel}", payload, True, 1, 0)


def drain(outbox: Outbox, now_ms: int = 0) -> list[bytes]:
    said = []
    while (message := outbox.next(now_ms)) is not None:
        said.append(message.payload)
        outbox.sent(message)
    return said


def test_requests_go_in_order_and_ahead_of_states() -> None:
    outbox = Outbox()
    for message in (state(b"s"), request(1), request(2)):
        outbox.put(message)
    assert drain(outbox) == [b"1", b"2", b"s"]


def test_a_message_stays_until_the_broker_has_it() -> None:
    outbox = Outbox()
    outbox.put(request(1))
    assert outbox.next(0) is outbox.next(0) is not None


def test_a_full_outbox_drops_its_oldest_request_and_counts_it() -> None:
    outbox = Outbox()
    for n in range(MAX_WAITING + 3):
        outbox.put(request(n))
    assert outbox.dropped == 3
    assert drain(outbox) == [b"%d" % n for n in range(3, MAX_WAITING + 3)]


def test_requests_never_push_out_a_retained_state() -> None:
    outbox = Outbox()
    outbox.put(state(b"kept"))
    for n in range(MAX_WAITING * 2):
        outbox.put(request(n))
    assert drain(outbox)[-1] == b"kept"


def test_a_request_is_not_made_when_its_moment_has_passed() -> None:
    outbox = Outbox()
    outbox.put(request(1, at_ms=0))
    outbox.put(request(2, at_ms=1))
    assert drain(outbox, now_ms=MAX_WAIT_MS + 1) == [b"2"]
    assert outbox.dropped == 1


def test_only_the_newest_word_of_a_retained_topic_is_said() -> None:
    outbox = Outbox()
    outbox.put(state(b"old"))
    outbox.put(state(b"new"))
    assert drain(outbox, now_ms=10 * MAX_WAIT_MS) == [b"new"]


def test_a_word_renewed_while_it_was_being_sent_is_said_again() -> None:
    outbox = Outbox()
    outbox.put(state(b"old"))
    in_flight = outbox.next(0)
    assert in_flight is not None
    outbox.put(state(b"new"))
    outbox.sent(in_flight)
    assert drain(outbox) == [b"new"]


def test_every_retained_word_is_said_again_in_a_new_session() -> None:
    outbox = Outbox()
    outbox.put(state(b"1", "a"))
    outbox.put(state(b"2", "b"))
    drain(outbox)
    outbox.new_session()
    assert drain(outbox) == [b"1", b"2"]


def test_news_go_ahead_of_what_is_only_said_again() -> None:
    """With 64 channels a repetition is thousands of messages; an alarm must not wait behind them."""
    outbox = Outbox()
    outbox.new_session()
    for name in ("a", "b", "c"):
        outbox.put(state(b"old " + name.encode(), name))
    drain(outbox)
    outbox.put(state(b"raised while nobody heard", "b"))
    outbox.new_session()
    outbox.put(state(b"raised now", "d"))
    assert drain(outbox) == [b"raised while nobody heard", b"raised now", b"old a", b"old c"]


def test_what_was_put_before_the_first_session_is_an_inventory_and_no_news() -> None:
    outbox = Outbox()
    for name in ("a", "b"):
        outbox.put(state(b"stock " + name.encode(), name))
    outbox.new_session()
    outbox.put(state(b"raised now", "c"))
    assert drain(outbox) == [b"raised now", b"stock a", b"stock b"]


def test_a_repetition_is_over_once_it_was_sent() -> None:
    outbox = Outbox()
    outbox.put(state(b"1", "a"))
    outbox.new_session()
    assert drain(outbox) == [b"1"]
    assert outbox.next(0) is None


def test_there_is_room_for_every_state_and_alarm_of_sixty_four_channels() -> None:
    """Measured: 64 states of 6 KiB and 64 x 40 alarms of 600 bytes take less than 4 MB."""
    outbox = Outbox()
    tracemalloc.start()
    try:
        for n in range(64):
            outbox.put(state(b"%d" % n + b"s" * 6_144, f"channel-{n}"))
            for key in range(40):
                payload = b"%d %d" % (n, key) + b"a" * 600
                outbox.put(Outgoing(topics.alarm(f"channel-{n}", f"key-{key}"), payload, True, 1, 0))
        held_bytes = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert outbox.dropped == 0
    assert len(drain(outbox)) == 64 * 41
    assert held_bytes < 4_000_000


def test_retained_topics_are_bounded_and_known_ones_still_renewed() -> None:
    outbox = Outbox()
    for n in range(MAX_RETAINED + 1):
        outbox.put(state(b"x", f"c{n}"))
    outbox.put(state(b"y", "c0"))
    assert outbox.dropped == 1
    said = drain(outbox)
    assert len(said) == MAX_RETAINED
    assert said.count(b"y") == 1


@pytest.mark.parametrize("topic", ["", "a/+", "a/#", "a\0b"])
def test_a_filter_is_not_a_topic(topic: str) -> None:
    with pytest.raises(ValueError, match="not a topic"):
        Outbox().put(Outgoing(topic, b"", False, 1, 0))


def test_quality_of_service_2_is_not_offered() -> None:
    with pytest.raises(ValueError, match="quality of service"):
        Outbox().put(Outgoing("a", b"", False, 2, 0))


def test_the_depth_counts_what_is_still_to_be_said_and_not_what_is_said_again() -> None:
    box = Outbox()
    assert box.depth == 0
    box.put(state(b"s"))
    box.put(request(1))
    assert box.depth == 2
    for _ in range(2):
        message = box.next(0)
        assert message is not None
        box.sent(message)
    box.new_session()
    assert box.next(0) is not None
    assert box.depth == 0
