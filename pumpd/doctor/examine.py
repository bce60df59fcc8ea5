"""The whole examination: what stands on what, what runs side by side, and how long each may take.

Theory of operation. The configuration comes first, because it names everything else. Whether a daemon runs comes second,
because then the pumps' ports are not ours to touch. All the rest runs side by side, each piece with a limit of its own, so
that a broker behind a dead route and a hung disk cost one wait and not two.
"""

import asyncio
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from drivers.contract import Motion, WatchdogKind
from drivers.registry import Lines
from pumpd import config as cfg
from pumpd.clock import Clock
from pumpd.config_library import load_library
from pumpd.config_pumps import abilities_of
from pumpd.core.library import SYRINGES, Library
from pumpd.core.session import Phase
from pumpd.doctor import broker, kernel_watchdog, machine, ports, pumps, record, services, setup, signals
from pumpd.doctor.bounded import Findings, apart, within
from pumpd.doctor.verdict import Finding, fail, ok, warn
from pumpd.machine import broker_settings
from pumpd.policy import policy_for
from pumpd.shell.feeds.mqtt import BrokerSettings
from pumpd.shell.port_claim import PortClaims, PortTaken
from pumpd.shell.restore import restored
from pumpd.translate import binding_of

#: Beyond what each is meant to take.
MARGIN_S = 5.0
WALK_S = 120.0
CONFIG = "config"


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked for.

    Attributes:
        listen_s: how long to listen to the monitors.
        tests_watchdog: fall silent towards pumps that stand, and see whether they notice.
        panel: its address; "": the usual one; "none": there is none.
        account: the daemon's.
    """

    listen_s: float = 10.0
    tests_watchdog: bool = False
    panel: str = ""
    account: str = "pumpd"


async def examine(file: Path, wishes: Wishes) -> Findings:
    """Every finding, in the order of a walk from the file to the bedside."""
    try:
        config = cfg.load(file)
        library = load_library(config.library.file if config.library is not None else None)
    except cfg.ConfigRefused as refused:
        remedy = "correct the file; the rest is looked at when it is good"
        found = tuple(fail(CONFIG, "", one, remedy) for one in refused.faults)
        return (*found, *machine.judge_clock(machine.read_clock(None)), *await _units())
    visit = Visit(file, config, library, wishes)
    return await visit.run()


class Visit:
    """One examination of one good configuration."""

    def __init__(self, file: Path, config: cfg.Config, library: Library, wishes: Wishes) -> None:
        self._file, self._config, self._library, self._wishes = file, config, library, wishes
        self._account = ports.account_of(wishes.account)
        self._daemon = services.DaemonReading({})
        self._ports: dict[str, ports.PortReading] = {}
        self._port_findings: dict[str, Finding] = {}

    async def run(self) -> Findings:
        """First who runs and what the ports are, then everything else abreast."""
        config = self._config
        channels = [one.name for one in config.channels]
        paths = [one.pump.port for one in config.channels]
        self._daemon = await services.read_daemon(config.console.socket, channels, paths)
        config_hash = cfg.config_hash(config)
        told = f"{self._file}: good; {len(channels)} channel(s), hash {config_hash[:12]}"
        first = [ok(CONFIG, "", told), services.judge_daemon(self._daemon, config_hash)]
        first += [
            one for name, state in self._daemon.states.items() for one in services.judge_state(name, state)
        ]
        first += await within(MARGIN_S, "setup", "", self._setup())
        first += await within(MARGIN_S, ports.CHECK, "", self._look_at_ports())
        listen_s = self._wishes.listen_s
        pieces = (
            *(self._look_at_line(port) for port in dict.fromkeys(paths)),
            within(listen_s + 4 * MARGIN_S, broker.BROKER, "", self._look_at_broker()),
            within(WALK_S, record.CHECK, "", self._look_at_record()),
            within(2 * MARGIN_S, machine.DISK, "", self._look_at_disk()),
            _units(),
            within(MARGIN_S, kernel_watchdog.CHECK, "", self._look_at_timers()),
            within(2 * MARGIN_S, services.PANEL, "", self._look_at_panel()),
        )
        return (*first, *(one for group in await asyncio.gather(*pieces) for one in group))

    async def _setup(self) -> Findings:
        return await apart(partial(setup.judge_setup, self._config, self._account))

    async def _look_at_timers(self) -> Findings:
        return (kernel_watchdog.judge_timers(await apart(kernel_watchdog.read_timers)),)

    # ports and pumps

    async def _look_at_ports(self) -> Findings:
        own = frozenset({self._daemon.pid} - {0})
        found, reals = [], {}
        for one in self._config.channels:
            path = one.pump.port
            if path.startswith("tcp:"):
                continue
            if path not in self._ports:
                self._ports[path] = await apart(partial(ports.read_port, path))
            reading = self._ports[path]
            reals[one.name] = (path, reading.real)
            found.append(ports.judge_port(one.name, reading, self._account, own))
            self._port_findings[path] = found[-1]
        return (*found, *ports.judge_names(reals))

    async def _look_at_line(self, port: str) -> Findings:
        """All pumps of one port, one behind the other."""
        here = [one for one in self._config.channels if one.pump.port == port]
        each_s = 2 * pumps.ANSWERS_WITHIN_S + MARGIN_S
        if self._wishes.tests_watchdog:
            each_s += 20.0
        pieces = [await within(each_s, pumps.CHECK, one.name, self._look_at_pump(one)) for one in here]
        return tuple(finding for group in pieces for finding in group)

    async def _look_at_pump(self, channel: cfg.Channel) -> Findings:
        pump, name = channel.pump, channel.name
        allowed = tuple(one for one in channel.syringes or SYRINGES if one in SYRINGES)
        ability = next(iter(abilities_of(pump.driver, pump.options, allowed).values()))
        if self._daemon.is_running:
            state = self._daemon.states.get(name)
            if state is None:
                told = "not asked: its port belongs to a daemon that does not answer us"
                return (warn(pumps.CHECK, name, told, "see the line on the daemon"),)
            found = pumps.judge_told(name, state, ability.watchdog_bound_ms, ability.watchdog)
            return (*found, *self._not_tested(name, "a daemon runs; stop it between treatments"))
        port_finding = self._port_findings.get(pump.port)
        if port_finding is not None and port_finding.level == 2:
            return (warn(pumps.CHECK, name, "not asked: see its port", "mend the port first"),)
        lines = Lines(partial(_link_ms, Clock()))
        make = partial(lines.driver, pump.driver, pump.options, pump.port)
        claims = PortClaims()
        try:
            claims.take(pump.port)  # no daemon may begin to speak there meanwhile
            reading = await pumps.read_pump(make)
            expected = ", ".join(
                f"{key} = {value}" for key, value in {"driver": pump.driver, **pump.options}.items()
            )
            found = (pumps.judge_pump(name, pump.port, reading, expected),)
            if reading.report is None or reading.is_wrong_pump:
                return found
            armed = pumps.judge_watchdog(name, ability, reading.watchdog_ms, pump.accepted_risk)
            found = (*found, armed)
            if not self._wishes.tests_watchdog or ability.watchdog is not WatchdogKind.COMMUNICATION:
                return found
            if obstacle := await self._obstacle(channel, reading):
                return (*found, *self._not_tested(name, obstacle))
            silent_s = ability.watchdog_bound_ms / 1000 + pumps.SILENCE_MARGIN_S
            await asyncio.sleep(silent_s)
            after = await pumps.read_pump(partial(Lines(partial(_link_ms, Clock())).driver, *make.args))
            return (*found, pumps.judge_silence(name, pump.driver, silent_s, after))
        except PortTaken as taken:
            return (fail(pumps.CHECK, name, str(taken), "a daemon has just started; ask again"),)
        finally:
            claims.release()

    async def _obstacle(self, channel: cfg.Channel, reading: pumps.PumpReading) -> str:
        """Why this pump's watchdog must not be tried now; "": it may."""
        if reading.report is None or reading.report.motion is not Motion.HALTED:
            return "the plunger does not stand"
        config = self._config
        site = config.limits, config.shadow, config.alarms.listener_within_s, self._library, config.clinic
        policy = policy_for(channel, 1, *site)
        state, problem = await apart(partial(restored, Path(config.journal.path), policy))
        if problem:
            return f"the journal cannot say whether a session is under way: {problem}"
        if state.session.phase in (Phase.INFUSING, Phase.VERIFIED):
            return f"the journal says that a session is {state.session.phase.value}"
        return ""

    def _not_tested(self, name: str, obstacle: str) -> Findings:
        if not self._wishes.tests_watchdog:
            return ()
        remedy = "test it between treatments, with the daemon stopped and the plunger at rest"
        return (warn(pumps.WATCHDOG, name, f"NOT tested: {obstacle}", remedy),)

    # the monitors

    async def _look_at_broker(self) -> Findings:
        try:
            settings = broker_settings(self._config.broker)
        except cfg.ConfigRefused as refused:
            return (fail(broker.LOGIN, "", refused.faults[0], "correct broker.password_file"),)
        reached = await broker.reach(settings)
        if reached.level:
            return (reached,)
        trusted = await broker.look_at_tls(settings)
        if any(one.level == 2 for one in trusted):
            return (reached, *trusted)
        return (reached, *trusted, *await self._listen(settings))

    async def _listen(self, settings: BrokerSettings) -> Findings:
        at_bed: dict[str, list[cfg.Channel]] = {}
        for one in self._config.channels:
            at_bed.setdefault(one.bed, []).append(one)
        fitted = {
            bed: frozenset(signal for row in rows for signal in policy_for(row).fitted)
            for bed, rows in at_bed.items()
        }
        states = {
            bed: self._daemon.states[rows[0].name]
            for bed, rows in at_bed.items()
            if rows[0].name in self._daemon.states
        }
        ear = signals.Ear(tuple(binding_of(bed, rows, _no_patient) for bed, rows in at_bed.items()))
        session = await broker.listen(settings, ear, tuple(at_bed), self._wishes.listen_s)
        who = f"user {settings.username}" if settings.username else "anonymous"
        if settings.tls is not None and settings.tls.cert is not None:
            who += " with our certificate"
        found = broker.judge_session(session, who, self._wishes.listen_s)
        if session.failed_at:
            return found
        return (*found, *signals.judge_ear(fitted, ear, self._wishes.listen_s, states))

    # the box

    async def _look_at_record(self) -> Findings:
        reading = await apart(partial(record.read_record, Path(self._config.journal.path)))
        clock = machine.judge_clock(machine.read_clock(reading.last_wall_s))
        return (*clock, *record.judge_record(reading))

    async def _look_at_disk(self) -> Findings:
        reading = await apart(partial(machine.read_disk, Path(self._config.journal.path)))
        return machine.judge_disk(reading, len(self._config.channels))

    async def _look_at_panel(self) -> Findings:
        if self._wishes.panel == "none":
            return ()
        if self._wishes.panel:
            return await services.look_at_panel(self._wishes.panel)
        found = await services.look_at_panel(f"https://{services.USUAL_PANEL}")
        return (
            found if found[0].level == 0 else await services.look_at_panel(f"http://{services.USUAL_PANEL}")
        )


async def _units() -> Findings:
    pieces = [within(MARGIN_S, services.UNIT, unit, _unit(unit)) for unit in services.UNITS]
    return tuple(finding for group in await asyncio.gather(*pieces) for finding in group)


async def _unit(unit: str) -> Findings:
    return (services.judge_unit(unit, await services.read_unit(unit)),)


def _no_patient(_bed: str) -> None:
    """There is no order to the doctor, so any patient's token will do."""


def _link_ms(clock: Clock) -> int:
    return clock.stamp().link_ms
