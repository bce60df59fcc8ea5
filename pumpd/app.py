"""The composition root: how the parts of the daemon meet.

Theory of operation. Everything is built from one checked configuration, in an order that can only fail safe: the claims
on the ports and the journal first (a second daemon is refused here, before any port is touched), then what the journal
remembers of each channel, then the kernel, and last the edges. Each channel's first event is `DaemonStarted`: whatever
ran before, the pump is read, halted, and a person is awaited (law 9).

On the way down every pump is halted and its confirmation awaited for three seconds at most; what then remains is the
pump's own watchdog, which needs nobody.
"""

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import structlog

from drivers.contract import PumpDriver
from drivers.registry import Lines
from pumpd import config as cfg
from pumpd.announce import Announcer, possible_keys
from pumpd.certificate_watch import CertificateWatch, files_of
from pumpd.clock import Clock
from pumpd.config_difference import difference, flat
from pumpd.config_difference import recorded as recorded_file
from pumpd.config_library import load_library
from pumpd.config_watch import ConfigWatch
from pumpd.console_words import CARE_VERBS, LISTENING_EVERY_S
from pumpd.core import events as ev
from pumpd.core.configuration_events import ConfigurationEdited
from pumpd.core.consulting import consulted
from pumpd.core.daemon_events import CertificatesExamined, JournalRoomMeasured
from pumpd.machine import Machine
from pumpd.outputs.pace import Pace
from pumpd.policy import FASTEST_S, policy_for, recorded_configuration
from pumpd.rule_limits import as_state
from pumpd.shell import record, supervisor
from pumpd.shell.bedside.bedside import Bedside
from pumpd.shell.care_desk import to_care_event
from pumpd.shell.console_acts import PersonAct
from pumpd.shell.console_connection import Connection
from pumpd.shell.console_socket import ConsoleUnavailable
from pumpd.shell.desk import to_event
from pumpd.shell.feeds import arrivals
from pumpd.shell.journal import Durable, JournalEvent
from pumpd.shell.journal_room import Room
from pumpd.shell.kernel import Channel, Kernel
from pumpd.shell.pins import verify_pin
from pumpd.shell.pump_port import PumpPort
from pumpd.shell.restore import files_in_record, restored
from pumpd.shell.ticker import TICK_S, spread, tick
from pumpd.shell.treatments import TREATMENT, Treatments
from pumpd.translate import Translator, binding_of

log = structlog.get_logger("app")

STOP_WITHIN_S = 3.0
#: facts/clinical.md 3.2, ST3: a step of the wall clock worth writing down.
CLOCK_STEP_MS = 2_000
CONSOLE = "console"
#: Of a control cycle, before others are let in: some 2 ms. Fewer, and each piece finds the processor's caches cold.
CHANNELS_AT_ONCE = 8


class Daemon:
    """One process: all channels of one configuration. `run` is the whole of its life.

    Raises:
        ConfigRefused: a file that the configuration names cannot be used.
    """

    def __init__(
        self, config: cfg.Config, clock: Clock, machine: Machine | None = None, file: Path | None = None
    ) -> None:
        self._config = config
        self._hash = cfg.config_hash(config)
        self._watch = None if file is None else ConfigWatch(file, config, self._file_changed)
        self._clock = clock
        self._machine = machine = machine or Machine()
        self._boot = machine.boot()
        # Read here and never again: a file that is changed while people are treated changes nothing.
        self._library = load_library(config.library.file if config.library is not None else None)
        self._stopping = asyncio.Event()
        self._journal = machine.journal(Path(config.journal.path), self._opening(), self._journal_spoke)
        self._ports = {one.name: PumpPort(one.name, clock.stamp, self._post) for one in config.channels}
        lines = Lines(lambda: clock.stamp().link_ms, machine.connect)
        self._drivers: dict[str, PumpDriver] = {
            one.name: lines.driver(
                one.pump.driver, one.pump.options, one.pump.port, self._ports[one.name].hear
            )
            for one in config.channels
        }
        self._channels: dict[str, Channel] = {}
        self._treatments = Treatments()
        self._limits: dict[str, dict[str, dict[str, float]]] = {}
        self._translator = Translator(config.channels, config.broker)
        self._bedside = Bedside(machine.sounders(config.sounders))
        self._console = machine.console(
            Path(config.console.socket),
            int(config.console.mode, 8),
            self._person_acted,
            self._authenticate,
            self._shown,
            tuple(self._ports),
            consult=self._consulted,
            on_refused=self._pin_refused,
        )
        self._feed = machine.feed(
            config.broker,
            tuple(
                binding_of(bed, channels, self._patient) for bed, channels in self._translator.at_bed.items()
            ),
            clock,
            self._arrived,
            config.site.name,
        )
        self._announcer = Announcer(
            config.site.name,
            self._boot,
            {one.name: one.bed for one in config.channels},
            self._feed.publish,
            self._bedside,
            clock,
            lambda channel: self._kernel.summary(channel),
        )
        self._kernel: Kernel
        self._overseer = machine.overseer()
        self._cycled = asyncio.Event()
        self._wall_jump_ms, self._is_serving, self._unserved = 0, False, ""
        self._pace = Pace(clock.wall_ms(), TICK_S / float(clock.speed))

    def _opening(self) -> dict[str, str]:
        """What the journal's first record of this boot says."""
        speed = str(self._clock.speed)
        return {"boot": self._boot, "config": self._hash, "library": self._library.hash, "speed": speed}

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until SIGTERM or SIGINT, then halt every pump.

        Raises:
            PortTaken: another daemon drives one of the pumps.
            JournalRefused: another daemon holds the journal.
            ConsoleUnavailable: the console could not be served from the start; the pumps have been halted.
        """
        try:
            for port in dict.fromkeys(one.pump.port for one in self._config.channels):
                self._machine.claim(port)
            await self._live(ready)
        finally:
            self._machine.release()

    def admit(self) -> Connection:
        """The protocol of one more client of the console, for a bench without a socket."""
        return self._console.admit()

    async def _live(self, ready: Callable[[], None]) -> None:
        opening = self._journal.open(self._clock.wall_ms())
        if opening.set_aside is not None:
            log.critical("journal damaged, kept aside", kept=str(opening.set_aside), reason=opening.reason)
        self._build_channels()
        self._machine.stop_on_signal(self._stopping.set)
        edges: dict[str, Callable[[], Any]] = {CONSOLE: self._console.run, "feed": self._feed.run}
        edges.update({f"pump {name}": driver.run for name, driver in self._drivers.items()})
        edges.update({f"sounder {i} {one.name}": one.run for i, one in enumerate(self._bedside.sounders)})
        if self._watch is not None:
            edges["configuration"] = self._watch.run
        if files := files_of(self._config.broker):
            edges["certificates"] = CertificateWatch(files, self._certificates_seen, self._clock).run
        every_s = min(LISTENING_EVERY_S, self._config.alarms.listener_within_s / 3)
        edges["listeners"] = partial(self._bedside.attend, self._sounder_spoke, every_s)
        edges["states"], edges["heartbeats"] = self._announcer.states, self._announcer.heartbeats
        period_s = max(TICK_S / float(self._clock.speed), FASTEST_S)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(supervisor.keep(name, run, partial(self._edge_failed, name)), name=name)
                for name, run in edges.items()
            ]
            tasks.append(group.create_task(tick(self._beat, period_s), name="ticker"))
            await supervisor.first_of(self._console.listening, self._stopping)
            self._is_serving = self._console.listening.is_set()
            if self._is_serving:
                await supervisor.first_of(self._cycled, self._stopping)
                self._machine.settle()
                log.info("ready", boot=self._boot, config=self._hash[:12])
                ready()
                self._overseer.ready(self._clock.stamp().link_ms, self._kernel.words)
            await self._stopping.wait()
            self._overseer.stopping()
            await self._come_to_rest()
            for task in tasks:
                task.cancel()
        self._journal.close()
        self._overseer.close()
        if self._unserved:
            raise ConsoleUnavailable(self._unserved)

    def _edge_failed(self, name: str, reason: str) -> None:
        """A console that never came up cannot be waited for: nobody could pause, and READY would never be said."""
        if name == CONSOLE and not self._is_serving:
            self._unserved = reason
            self._stopping.set()

    def _shown(self, channel: str) -> dict[str, Any]:
        """What clients of the console see: the announced state, the limits in force, and how the daemon itself fares."""
        fares = {**self._pace.figures(), **self._journal.figures(), **self._feed.figures()}
        return {**self._announcer.summary(channel), "limits": self._limits[channel], "daemon": fares}

    def _build_channels(self) -> None:
        speed = float(self._clock.speed)
        listener_within_s = self._config.alarms.listener_within_s
        problems: dict[str, str] = {}
        files = files_in_record(Path(self._config.journal.path))
        self._note("", record.CONFIGURATION_FILE, recorded_file(self._hash, self._config))
        for one in self._config.channels:
            limits, shadow, clinic = self._config.limits, self._config.shadow, self._config.clinic
            within_min = self._config.orders.verified_within_min
            site = limits, shadow, listener_within_s, self._library, clinic, within_min
            policy = policy_for(one, speed, *site)
            self._limits[one.name] = as_state(policy.rules)
            self._ports[one.name].attach(self._drivers[one.name])
            state, problems[one.name] = restored(Path(self._config.journal.path), policy)
            self._channels[one.name] = Channel(policy, self._ports[one.name], state)
            body = recorded_configuration(one, speed, *site)
            self._note(one.name, record.CONFIGURATION, body)
        edges = self._console, self._announcer, self._announcer
        self._kernel = Kernel(self._channels, self._clock, self._journal, *edges)
        at = self._clock.stamp()
        wall_ms = self._clock.wall_ms()
        for name, problem in problems.items():
            begun_under = files.get(self._channels[name].state.session.configuration, {})
            started = ev.DaemonStarted(
                at=at,
                boot=self._boot,
                wall_ms=wall_ms,
                restore_problem=problem,
                configuration=self._hash,
                configuration_changes=difference(begun_under, flat(self._config)) if begun_under else "",
            )
            self._kernel.post(name, started)
        if reason := self._journal.failed_reason:
            self._kernel.post_all(ev.JournalFailed(at=at, reason=reason))
        for name, channel in self._channels.items():
            # What stood before this start still stands: the core tells of changes only, and this boot has told nobody.
            self._announcer.take_stock(name, possible_keys(channel.policy.rules))
            self._announcer.signal_changed(name, channel.state.signal)
        if reason := self._treatments.load(Path(self._config.journal.path)):
            log.critical("earlier treatments are not known", reason=reason)
        for name in self._channels:
            self._note_treatment(name)

    def _note(self, channel: str, kind: str, body: str) -> None:
        self._journal.append(kind, self._clock.stamp(), self._clock.wall_ms(), channel, body)

    def _file_changed(self, reason: str) -> None:
        self._kernel.post_all(ConfigurationEdited(at=self._clock.stamp(), reason=reason))

    def _certificates_seen(self, reason: str) -> None:
        self._kernel.post_all(CertificatesExamined(at=self._clock.stamp(), reason=reason))

    async def _come_to_rest(self) -> None:
        """Halt everything; leave when every pump has confirmed, or when waiting longer helps nobody."""
        for name, channel in self._channels.items():
            if channel.state.delivery.is_link_up:
                at = self._clock.stamp()
                self._kernel.post(name, ev.PausePressed(at=at, request_id="shutdown", by="shutdown"))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(STOP_WITHIN_S):
                # Three seconds at the very end of a process; what is awaited comes through the kernel's own state.
                while not all(one.state.delivery.is_at_rest for one in self._channels.values()):  # noqa: ASYNC110
                    await asyncio.sleep(FASTEST_S)

    def _beat(self) -> Iterator[float]:
        at = self._clock.stamp()
        self._pace.cycle_began(at.link_ms)
        for name, share in spread(self._channels, CHANNELS_AT_ONCE):
            # Of its own instant: what is let in between two pieces must not lie behind it in time.
            self._kernel.post(name, ev.Ticked(at=self._clock.stamp()))
            if share:
                yield share
        if self._kernel.has_cycled(at):  # law 7, I20: a completed cycle is all that keeps us alive
            self._cycled.set()
            self._overseer.cycle_completed(at.link_ms, self._kernel.words)
        self._kernel.check_pace()
        self._note_clock_step()

    def _note_clock_step(self) -> None:
        """Faults row 88: a wall clock that steps changes no decision, but the record says that it did."""
        jump_ms = self._clock.wall_jump_ms()
        if abs(jump_ms - self._wall_jump_ms) > CLOCK_STEP_MS:
            body = json.dumps({"text": f"the wall clock stepped by {jump_ms - self._wall_jump_ms} ms"})
            at, wall_ms = self._clock.stamp(), self._clock.wall_ms()
            self._journal.append("wall_clock_stepped", at, wall_ms, "", body, urgent=True)
            self._wall_jump_ms = jump_ms

    def _post(self, channel: str, event: ev.Event) -> None:
        self._kernel.post(channel, event)

    def _sounder_spoke(self, name: str) -> None:
        self._kernel.post_all(ev.ListenerSpoke(at=self._clock.stamp(), listener=name))

    def _person_acted(self, act: PersonAct) -> None:
        at, wall_ms, channel = self._clock.stamp(), self._clock.wall_ms(), self._channels[act.channel]
        event = to_care_event(act, at, wall_ms) if act.verb in CARE_VERBS else to_event(act, at)
        if channel.policy.clinic is not None and isinstance(event, ev.OrderEntered | ev.StartPressed):
            event = self._treatments.placed(event, channel.state, wall_ms)
        self._kernel.post(act.channel, event)
        if isinstance(event, ev.StartPressed):
            self._note_treatment(act.channel)

    def _note_treatment(self, name: str) -> None:
        """A session that has begun stays known to later orders for the same patient."""
        if body := self._treatments.begun(self._channels[name].state):
            at, wall_ms = self._clock.stamp(), self._clock.wall_ms()
            self._journal.append(TREATMENT, at, wall_ms, name, body, urgent=True)

    def _consulted(self, channel: str, verb: str, args: Mapping[str, Any]) -> dict[str, Any]:
        return consulted(self._channels[channel].policy, verb, args)

    async def _authenticate(self, name: str, pin: str) -> frozenset[str] | None:
        user = next((one for one in self._config.users if one.name == name), None)
        if user is None or not await asyncio.to_thread(verify_pin, user.pin_scrypt, pin):
            return None
        return frozenset(user.roles)

    def _pin_refused(self, by: str, verb: str, reason: str) -> None:
        body = json.dumps({"by": by, "verb": verb, "reason": reason})
        self._journal.append("pin_refused", self._clock.stamp(), self._clock.wall_ms(), "", body, urgent=True)

    def _patient(self, bed: str) -> str | None:
        orders = (self._channels[one.name].state.session.order for one in self._translator.at_bed[bed])
        # Two orders for two patients at one bed: whichever is taken, the other's samples are refused aloud.
        return next((one.patient for one in orders if one is not None), None)

    def _journal_spoke(self, event: JournalEvent) -> None:
        if isinstance(event, Durable):
            self._kernel.durable(event.seq)
        elif isinstance(event, Room):
            free, of, at = event.free_bytes, event.total_bytes, self._clock.stamp()
            count = len(self._channels)
            self._kernel.post_all(JournalRoomMeasured(at=at, free_bytes=free, total_bytes=of, channels=count))
        elif self._channels:
            self._kernel.post_all(ev.JournalFailed(at=self._clock.stamp(), reason=event.reason))

    def _arrived(self, arrival: arrivals.Arrival) -> None:
        for name, event in self._translator.letters(arrival, self._clock.stamp()):
            self._kernel.post(name, event)
