"""All that is known of one channel: one frozen value, owned by the kernel, made anew by each decision.

Theory of operation. A channel is one pump and one patient. Its state is everything the pipeline remembers between two
events and nothing else; it is written into the journal now and then, and after a crash the newest such snapshot plus
the events behind it is the channel again. `Policy` is what does not change while the daemon runs: the rule table in
force, what the pump can do with each syringe, the bounds of this site.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from drivers.contract import (
    Adjust,
    Capabilities,
    Configure,
    Halt,
    Identity,
    Motion,
    PumpReport,
    Run,
    WatchdogKind,
)
from interlocks.evaluate import RuleState
from interlocks.picture import Picture
from interlocks.rules import Rule
from interlocks.trace import Trace
from interlocks.vocabulary import Finding, Signal, Stamp
from pumpd.core.account import Account
from pumpd.core.actions import AlarmSignal
from pumpd.core.alarms import Alarm
from pumpd.core.clinic.course import Care, Clinic
from pumpd.core.daemon_events import JournalRoomMeasured, Neighbour
from pumpd.core.library import BUILT_IN, Library
from pumpd.core.restriction import Permit
from pumpd.core.session import CuffReading, Session

ZERO = Stamp(0, 0)

#: A cuff squeezes for 180 s at most (facts/clinical.md 4); what it held back comes for some seconds more. Treatment ms.
CUFF_AT_MOST_MS = 180_000
CUFF_TAIL_MS = 10_000

#: Ours, for requirement 71: priming and a baseline fit into it, the next patient does not. Treatment ms.
VERIFIED_WITHIN_MS = 3_600_000

#: The link before anybody has tried to open it.
NOT_OPENED = "not opened yet"


@dataclass(frozen=True, slots=True)
class Policy:
    """What this site and this channel's configuration settle.

    Attributes:
        rules: the interlock table in force.
        capabilities: by syringe key, for the channel's pump.
        fitted: of the signals that need a source of their own, those that have one on this channel.
        lease_ms: for how long a pump that hears nothing may go on, link ms.
        watchdog: what ends that.
        accepted_risk: what this pump does when the host falls silent and why the site accepts it; "" for one that stops
            within seconds.
        poll_link_ms: how often the pump is read back, link ms.
        listener_within_ms: a panel or sounder must have spoken within this, link ms, or that is an alarm; None: no
            listener is required.
        library: the drugs and their limits in force.
        clinic: the whole course from order to close is kept here; None: the bench course.
        verified_within_ms: so long after its verification an order may be started, treatment ms; see `order_age`.
    """

    channel: str
    bed: str
    rules: tuple[Rule, ...]
    capabilities: Mapping[str, Capabilities]
    fitted: frozenset[Signal]
    lease_ms: int = 2_000
    watchdog: WatchdogKind = WatchdogKind.COMMUNICATION
    accepted_risk: str = ""
    poll_link_ms: int = 250
    listener_within_ms: int | None = None
    library: Library = BUILT_IN
    clinic: Clinic | None = None
    verified_within_ms: int = VERIFIED_WITHIN_MS


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A command that has not ended yet."""

    command_id: int
    command: Configure | Run | Adjust | Halt
    sent: Stamp


@dataclass(frozen=True, slots=True)
class Intent:
    """A raise that a person asked for, on its way to the disk."""

    intent_id: int
    rate_nl_h: int
    volume_nl: int
    since: Stamp
    is_durable: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """The pump as seen and as commanded.

    Attributes:
        is_link_up: the bound pump answers.
        link_reason: why not, in words.
        report: newest readback since the link came up.
        reported_at: its stamp; survives a lost link, so that silence has an age.
        is_configured: diameter, units and direction were read back as ordered since the link came up.
        config_refusal: why the last setup failed.
        setup_tried: when setup was last sent since the link came up.
        commanded_nl_h: the rate we last told it to run at; 0 after a halt.
        doubted_nl_h: rate it may be running at although unconfirmed; 0 when nothing is in doubt.
        run: a Run or Configure that has not ended.
        intent: a raise waiting for its record.
        is_halt_confirmed: a readback newer than our last halt says "halted".
        halt_since: since when a wanted halt is unconfirmed.
        halt_sent: when the last halt went out.
        halt_round_link_ms: begin of the current round of halts; see `delivery`.
        first_halt_id: the first halt of this wish; a proof for any later one is a proof.
        crept_at: when the counter last rose although the pump says "halted"; None: it keeps still.
        surprise: what the pump did outside an infusion that nobody commanded; stands until acknowledged.
        silent_until_link_ms: we fall silent on purpose until then, so that the lease runs out.
        is_starved: halts went unheeded and we fell silent; until it rests or its line is lost.
        differs_since: since when the running rate has been above the wanted one.
        polled_link_ms: when the last readback was asked for.
        last_id: newest command or intent number.
    """

    is_link_up: bool = False
    is_wrong_pump: bool = False
    link_reason: str = NOT_OPENED
    identity: Identity | None = None
    report: PumpReport | None = None
    reported_at: Stamp | None = None
    watchdog_ms: int | None = None
    is_configured: bool = False
    config_refusal: str = ""
    setup_tried: Stamp | None = None
    commanded_nl_h: int = 0
    doubted_nl_h: int = 0
    run: Outstanding | None = None
    halt: Outstanding | None = None
    intent: Intent | None = None
    is_halt_confirmed: bool = False
    halt_since: Stamp | None = None
    halt_sent: Stamp | None = None
    halt_round_link_ms: int = 0
    first_halt_id: int = 0
    surprise: str = ""
    crept_at: Stamp | None = None
    silent_until_link_ms: int = 0
    is_starved: bool = False
    differs_since: Stamp | None = None
    polled_link_ms: int = -1_000_000
    last_id: int = 0

    @property
    def reported_nl_h(self) -> int:
        """Rate at which the newest readback says the motor moves; 0 without one."""
        report = self.report
        return 0 if report is None or report.motion is Motion.HALTED else report.rate_nl_h

    @property
    def unobserved_nl_h(self) -> int:
        """What stays in doubt when the line to the pump is lost now: a rate above the commanded one is not forgotten."""
        surplus_nl_h = self.reported_nl_h if self.reported_nl_h > self.commanded_nl_h else 0
        return max(self.doubted_nl_h, surplus_nl_h)

    @property
    def is_at_rest(self) -> bool:
        """It stands, as far as anything can still be done about it: confirmed, or nobody answers."""
        return self.is_halt_confirmed or not self.is_link_up


@dataclass(frozen=True, slots=True)
class Feed:
    """The vitals' road: its link, its monitors, what was refused on it.

    Attributes:
        wrong_patient: devices that spoke of another patient and have not spoken of this one since.
        two_monitors: devices of which two speak, and none has been believed since.
        frozen: signals that were refused because they stand still, and have not moved since.
        rejects: signals whose newest readings were refused, and how many in a row.
        cuff_since: begin of the cuff cycle under way.
        cuff_ended: end of the last one.
    """

    is_up: bool = False
    reason: str = "not connected yet"
    offline: tuple[str, ...] = ()
    wrong_patient: tuple[str, ...] = ()
    two_monitors: tuple[str, ...] = ()
    frozen: tuple[Signal, ...] = ()
    rejected: tuple[tuple[str, int], ...] = ()
    last_rejection: str = ""
    rejects: tuple[tuple[Signal, int], ...] = ()
    cuff_since: Stamp | None = None
    cuff_ended: Stamp | None = None

    def is_cuff_active(self, now: Stamp) -> bool:
        """A cuff squeezes, or did a moment ago. A cycle that never ends is a stuck word of the monitor's, not a cuff."""
        if self.cuff_since is not None:
            return now.ms - self.cuff_since.ms <= CUFF_AT_MOST_MS
        return self.cuff_ended is not None and now.ms - self.cuff_ended.ms <= CUFF_TAIL_MS


@dataclass(frozen=True, slots=True)
class Waiting:
    """A person who was told "accepted" and is waiting to hear "confirmed"."""

    request_id: str
    wants_motion: bool
    since: Stamp
    is_warned: bool = False


@dataclass(frozen=True, slots=True)
class ChannelState:
    """Everything one channel remembers.

    Attributes:
        trace: line pressure of the last seconds.
        tick: the last control cycle.
        audio_paused_until_link_ms: until then nothing sounds, unless something new happens.
        listeners: panels and sounders, and when each last spoke.
        signal: what the bedside is shown and hears now.
        presses: how often somebody has pressed pause or stop; each press makes an older screen stale.
        is_journal_behind: a record that matters has not reached the disk within a second.
        restore_problem: why the channel could not be restored; stands until acknowledged.
        configuration: hash of the one in force since this boot; "": nobody said.
        configuration_edited: why the file no longer says what is in force; "": it does.
        neighbours: other channels with an order for the same patient.
        journal_room: newest look at the journal's disk of this boot.
        certificates: what a person should do about those towards the broker; "": nothing.
        care: what the course around this session has come to.
        epoch: grows whenever what a person would decide upon has changed; a resume must name it.
    """

    now: Stamp = ZERO
    boot: str = ""
    epoch: int = 0
    session: Session = field(default_factory=Session)
    picture: Picture = field(default_factory=Picture)
    cuff: tuple[CuffReading, ...] = ()
    rules: tuple[RuleState, ...] = ()
    findings: tuple[Finding, ...] = ()
    permit: Permit | None = None
    delivery: Delivery = field(default_factory=Delivery)
    account: Account = field(default_factory=Account)
    feed: Feed = field(default_factory=Feed)
    alarms: tuple[Alarm, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    trace: Trace = field(default_factory=Trace)
    tick: Stamp | None = None
    audio_paused_until_link_ms: int = 0
    listeners: tuple[tuple[str, Stamp], ...] = ()
    signal: AlarmSignal = field(default_factory=AlarmSignal)
    presses: int = 0
    journal_failure: str = ""
    is_journal_behind: bool = False
    restore_problem: str = ""
    configuration: str = ""
    configuration_edited: str = ""
    neighbours: tuple[Neighbour, ...] = ()
    journal_room: JournalRoomMeasured | None = None
    certificates: str = ""
    care: Care = field(default_factory=Care)
