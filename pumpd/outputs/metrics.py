"""What pumpd tells a Prometheus server: one state per channel in, one exposition out.

Theory of operation. A scrape asks the daemon once per channel for its state, over the console socket as any screen does,
and makes every number from that answer; nothing is kept between scrapes but who the daemon was. So no number can be older
than its scrape, and a channel that cannot be asked has `pumpd_up` 0 and no other series: a graph then ends, it does not go
flat. Scrapes that come within a second of each other share one answer, so a storm of them reaches the daemon once a second.

Names follow Prometheus (unit last, `_total` for counters, seconds); rates, doses and pressures keep the units in which they
are ordered and shown, because a person compares them with the panel. Every label has few values, known beforehand or from
the configuration: channel, signal, priority, word, source, reason, sounder. There is no token, no name, no free text, and
no measured vital sign, only its age: who watches machines has no need of them.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric, SummaryMetricFamily
from prometheus_client.registry import Collector

State = Mapping[str, Any]
Ask = Callable[[str | None], State]

SHARED_FOR_S: Final = 1.0
#: Every word a channel can have; what is not among them counts as OTHER.
WORDS: Final = (
    *("NO PUMP", "NO ORDER", "NOT VERIFIED", "READY", "STARTING", "INFUSING", "SLOWED", "PAUSING", "PAUSED"),
    *("NOT CONFIRMED", "COMPLETED", "STOPPED", "OBSERVING", "CLOSED", "FAULT", "OTHER"),
)
PRIORITIES: Final = ("low", "medium", "high")
HOLDS: Final = ("nurse", "restart", "pump", "record")
_NL_PER_ML = 1_000_000


class Unanswered(Exception):
    """The daemon cannot be asked."""


class Channels(Collector):
    """The collector: give it to a registry of its own.

    Args:
        channels: their names; empty: the only one the daemon has.
        ask: a channel's state (None: the only one); raises `Unanswered`.
        now_s: a monotonic clock, s.
    """

    def __init__(
        self, channels: Iterable[str], ask: Ask, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._channels: tuple[str | None, ...] = tuple(channels) or (None,)
        self._ask = ask
        self._now_s = now_s
        self._lock = threading.Lock()
        self._shared: tuple[float, dict[str, State | None]] | None = None
        self._boot = ""
        self._restarts = 0

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked for being registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        """All metrics of one scrape."""
        with self._lock:
            states = self._states()
            restarts = self._restarts
        up = GaugeMetricFamily(
            "pumpd_up", "1: the daemon told the channel's state just now.", labels=["channel"]
        )
        for name, state in states.items():
            up.add_metric([name], state is not None)
        yield up
        told = {name: state for name, state in states.items() if state is not None}
        yield from _channel_metrics(told)
        yield from _daemon_metrics(next((one["daemon"] for one in told.values() if "daemon" in one), None))
        yield CounterMetricFamily(
            "pumpd_restarts",
            "Starts of the daemon that this exporter has seen since its own.",
            value=restarts,
        )

    def _states(self) -> dict[str, State | None]:
        now_s = self._now_s()
        if self._shared is not None and now_s - self._shared[0] < SHARED_FOR_S:
            return self._shared[1]
        states: dict[str, State | None] = {}
        for channel in self._channels:
            try:
                state = self._ask(channel)
            except Unanswered:
                states[channel or "only"] = None
                continue
            states[str(state["channel"])] = state
            if self._boot and state["boot"] != self._boot:
                self._restarts += 1
            self._boot = str(state["boot"])
        self._shared = self._now_s(), states
        return states


def _channel_metrics(states: Mapping[str, State]) -> Iterator[Metric]:
    for name, text, labels, values in _TABLE:
        family = GaugeMetricFamily(name, text, labels=["channel", *labels])
        for channel, state in states.items():
            for of, value in values(state):
                if value is not None:
                    family.add_metric([channel, *of], value)
        yield family
    refused = CounterMetricFamily(
        "pumpd_rejected_payloads", "Messages of monitors that were refused.", labels=["channel", "reason"]
    )
    for channel, state in states.items():
        for reason, count in state["feed"]["rejected"].items():
            refused.add_metric([channel, reason], count)
    yield refused


def _daemon_metrics(fares: State | None) -> Iterator[Metric]:
    if fares is None:
        return
    yield GaugeMetricFamily(
        "pumpd_start_time_seconds", "When the daemon started, unix time.", fares["started_wall_ms"] / 1e3
    )
    yield SummaryMetricFamily(
        "pumpd_control_cycle_lateness_seconds",
        "How much later than its period each control cycle began.",
        count_value=fares["cycles"],
        sum_value=fares["cycle_late_ms"] / 1e3,
    )
    yield GaugeMetricFamily(
        "pumpd_control_cycle_lateness_max_seconds",
        "The latest control cycle of the last half minute or more.",
        fares["cycle_latest_ms"] / 1e3,
    )
    yield SummaryMetricFamily(
        "pumpd_journal_commit_seconds",
        "How long the disk took for each commit of the record.",
        count_value=fares["journal_commits"],
        sum_value=fares["journal_commit_us"] / 1e6,
    )
    yield GaugeMetricFamily(
        "pumpd_journal_newest_commit_seconds", "The newest commit.", fares["journal_newest_commit_us"] / 1e6
    )
    queues = GaugeMetricFamily("pumpd_queue_depth", "What waits, by queue.", labels=["queue"])
    queues.add_metric(["journal"], fares["journal_waiting"])
    queues.add_metric(["publish"], fares["publish_waiting"])
    yield queues
    yield CounterMetricFamily(
        "pumpd_publish_dropped", "Messages for the broker that were dropped.", value=fares["publish_dropped"]
    )


Values = Iterable[tuple[tuple[str, ...], float | None]]


def _words(state: State) -> Values:
    word = state["word"] if state["word"] in WORDS else "OTHER"
    return [((one,), one == word) for one in WORDS]


def _rates(state: State) -> Values:
    for kind in ("programmed", "permitted", "commanded", "reported"):
        rate_nl_h = state["rate"][f"{kind}_nl_h"]
        yield (kind,), None if rate_nl_h is None else rate_nl_h / _NL_PER_ML


def _given(state: State) -> Values:
    if state["dose"]:
        yield from (((one,), float(state["dose"][f"given_{one}_mg"])) for one in ("low", "best", "high"))


def _counted(key: str, rows: Iterable[State], names: Iterable[str]) -> Values:
    found = [one[key] for one in rows]
    return [((one,), found.count(one)) for one in names]


def _seconds(age_ms: float | None) -> float | None:
    return None if age_ms is None else age_ms / 1e3


def _unseen(state: State) -> Iterable[State]:
    return [one for one in state["alarms"] if not one["acknowledged"]]


def _plain(value: float | None) -> Values:
    return [((), value)]


#: Name, help, labels besides the channel, and the values of one state; None: no series.
_TABLE: Final[tuple[tuple[str, str, tuple[str, ...], Callable[[State], Values]], ...]] = (
    ("pumpd_channel_word", "1 for the word that holds.", ("word",), _words),
    ("pumpd_rate_milliliters_per_hour", "The four rates; reported only while heard.", ("kind",), _rates),
    ("pumpd_dose_given_milligrams", "Dose given: at least, best, at most.", ("bound",), _given),
    (
        *("pumpd_dose_programmed_milligrams", "Dose of the programme.", ()),
        lambda state: _plain(float(state["dose"]["programmed_mg"]) if state["dose"] else None),
    ),
    (
        *("pumpd_volume_infused_milliliters", "Volume given, best estimate.", ()),
        lambda state: _plain(state["volume"]["infused_nl"] / _NL_PER_ML),
    ),
    (
        *("pumpd_volume_to_be_infused_milliliters", "Volume of the programme.", ()),
        lambda state: _plain(state["volume"]["vtbi_nl"] / _NL_PER_ML),
    ),
    (
        *("pumpd_time_left_seconds", "At the permitted rate.", ()),
        lambda state: _plain(state["time_left_s"]),
    ),
    (
        *("pumpd_line_pressure_mmhg", "Pressure in the infusion line.", ()),
        lambda state: _plain(state["line_pressure_mmhg"]),
    ),
    (
        *("pumpd_line_pressure_age_seconds", "Its age.", ()),
        lambda state: _plain(_seconds(state["line_pressure_age_ms"])),
    ),
    (
        *("pumpd_vital_age_seconds", "Age of the newest accepted value.", ("signal",)),
        lambda state: [((name,), _seconds(one["age_ms"])) for name, one in state["vitals"].items()],
    ),
    (
        *("pumpd_alarms", "Alarms that stand.", ("priority",)),
        lambda state: _counted("priority", state["alarms"], PRIORITIES),
    ),
    (
        *("pumpd_alarms_unacknowledged", "Of these, seen by nobody.", ("priority",)),
        lambda state: _counted("priority", _unseen(state), PRIORITIES),
    ),
    (
        *("pumpd_holds", "What a person must lift before anything flows.", ("source",)),
        lambda state: _counted("source", state["holds"], HOLDS),
    ),
    (
        *("pumpd_pump_link_up", "1: the bound pump answers.", ()),
        lambda state: _plain(state["pump"]["link"] == "up"),
    ),
    (
        *("pumpd_pump_report_age_seconds", "Since the last believed readback.", ()),
        lambda state: _plain(_seconds(state["pump"]["report_age_ms"])),
    ),
    (
        *("pumpd_broker_link_up", "1: the session with the broker stands.", ()),
        lambda state: _plain(state["feed"]["link"] == "up"),
    ),
    (
        *("pumpd_journal_ok", "1: the record is being written.", ()),
        lambda state: _plain(state["journal"]["ok"]),
    ),
    (
        *("pumpd_sounder_ok", "1: the bedside sounder works.", ("sounder",)),
        lambda state: [((one["name"],), one["ok"]) for one in state.get("sounders", ())],
    ),
)
