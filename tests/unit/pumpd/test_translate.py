"""Arrivals become events of the channels they concern, and nothing is lost on the way."""

from typing import Any

import pytest
from site_bench import CHANNEL

from interlocks.vocabulary import Sample, Signal, Stamp
from pumpd.config import Broker, Channel
from pumpd.core import events as ev
from pumpd.shell.feeds import arrivals
from pumpd.translate import Translator, devices_of

AT, RECEIVED = Stamp(30, 40), Stamp(1, 2)
BROKER = Broker(host="broker.ward3", port=8883, ca_file="/ca.pem")
HR = Sample(Signal.HR, 72.0, 0, RECEIVED, "monitor-1", 1)


def channel(name: str, **changes: Any) -> Channel:
    return CHANNEL.model_copy(update={"name": name, **changes})


FIRST = channel("bed-1", air_sensor="air-1", button="button-1")
SECOND = channel("bed-1b", transducer="transducer-2", button="button-1")
ELSEWHERE = channel("bed-2", bed="bed-2", monitors=("monitor-2",), transducer=None)
TRANSLATOR = Translator((FIRST, SECOND, ELSEWHERE), BROKER)


def letters(arrival: arrivals.Arrival) -> list[tuple[str, ev.Event]]:
    return list(TRANSLATOR.letters(arrival, AT))


def test_a_channel_s_devices_are_all_that_it_names() -> None:
    assert devices_of(FIRST) == {"monitor-1", "transducer-1", "air-1", "button-1"}
    assert devices_of(ELSEWHERE) == {"monitor-2"}


def test_samples_keep_what_the_message_said_of_the_cuff() -> None:
    """clinical.md 4: a running cuff explains a probe that loses its pulse."""
    for cuff_active in (True, False, None):
        told = letters(arrivals.SamplesArrived("bed-2", (HR,), RECEIVED, cuff_active, "monitor-2"))
        assert told == [("bed-2", ev.SamplesArrived(at=AT, samples=(HR,), cuff_active=cuff_active))]


def test_a_message_that_only_tells_of_the_cuff_is_an_event_all_the_same() -> None:
    told = letters(arrivals.SamplesArrived("bed-1", (), RECEIVED, True, "monitor-1"))
    assert [name for name, _ in told] == ["bed-1", "bed-1b"]
    assert all(isinstance(one, ev.SamplesArrived) and one.cuff_active for _, one in told)


def test_a_refusal_keeps_what_it_would_have_carried_and_how_often_that_was_refused() -> None:
    """clinical.md 4: three refused readings in a row are an alarm."""
    reason = arrivals.RejectReason.IMPLAUSIBLE
    told = letters(arrivals.SampleRefused("bed-2", "monitor-2", reason, "hr 900", RECEIVED, (Signal.HR,), 3))
    event = ev.SampleRefused(
        at=AT, device="monitor-2", reason="implausible", detail="hr 900", signals=(Signal.HR,), in_a_row=3
    )
    assert told == [("bed-2", event)]


@pytest.mark.parametrize(
    ("device", "channels"),
    [
        ("monitor-1", ["bed-1", "bed-1b"]),
        ("transducer-1", ["bed-1"]),
        ("transducer-2", ["bed-1b"]),
        ("air-1", ["bed-1"]),
        ("button-1", ["bed-1", "bed-1b"]),
        ("stranger", ["bed-1", "bed-1b"]),
    ],
)
def test_a_device_speaks_for_the_channels_that_name_it_and_a_stranger_for_all_of_the_bed(
    device: str, channels: list[str]
) -> None:
    for arrival in (
        arrivals.SamplesArrived("bed-1", (HR,), RECEIVED, None, device),
        arrivals.SampleRefused("bed-1", device, arrivals.RejectReason.UNBOUND_DEVICE, "", RECEIVED),
        arrivals.MonitorStatus("bed-1", device, False, RECEIVED),
    ):
        assert [name for name, _ in letters(arrival)] == channels


def test_a_monitor_s_word_and_the_link_s_are_told_with_who_and_where() -> None:
    told = letters(arrivals.MonitorStatus("bed-2", "monitor-2", False, RECEIVED))
    assert told == [("bed-2", ev.MonitorSpoke(at=AT, device="monitor-2", is_online=False))]
    event = ev.FeedLinkChanged(at=AT, is_up=False, reason="broker.ward3:8883: refused")
    told = letters(arrivals.LinkChanged(False, "refused", RECEIVED))
    assert told == [(name, event) for name in ("bed-1", "bed-1b", "bed-2")]
