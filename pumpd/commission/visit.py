"""One visit to the bench: what was asked, made exact; who may not be disturbed; and the report at the end.

Theory of operation. `question_of` refuses whatever cannot be done exactly, before anything is opened. `visit` lets a person
type that no patient is on the line, opens the pump to learn who it is, walks the steps that are still missing in the
folder, and writes the report, also when the visit was broken off: a report that says what is missing is worth more than
none. After the first Ctrl-C no further one is heard, because it could only get into the way of the halting.
"""

import argparse
import asyncio
import signal
import sqlite3
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib.metadata import version
from pathlib import Path

from drivers.contract import Capabilities, Identity
from pumpd.commission import page, walk
from pumpd.commission.bench import Bench, utc_now, words_of_rate
from pumpd.commission.bench_pump import Abandoned, Bound, Standing, held
from pumpd.commission.gravimetric import WATER_G_PER_ML, Liquid
from pumpd.commission.kept import Kept, write
from pumpd.commission.measured import Whole, whole
from pumpd.commission.person import Left, Person, is_at_terminal
from pumpd.commission.seal import read_key, seal_of, sealed_json, sealed_page
from pumpd.commission.simulator import Simulator, SimulatorGone
from pumpd.config import Channel, Config, config_hash, load
from pumpd.config_pumps import abilities_of
from pumpd.core.library import SYRINGES, Syringe
from pumpd.core.session import Phase
from pumpd.policy import policy_from
from pumpd.shell.journal_file import JournalRefused, latest
from pumpd.shell.record import CONFIGURATION
from pumpd.shell.restore import restored

DEFAULT_RATES = ("5", "26")
NL_PER_ML = 1_000_000
UNDER_WAY = (Phase.ORDERED, Phase.VERIFIED, Phase.INFUSING)


class Refused(Exception):
    """The question is wrong or the bench is not free; `str()` names what."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, exact and possible."""

    config: Config
    file: Path
    channel: Channel
    bound: Bound
    offered: Capabilities
    syringe: Syringe
    rates_nl_h: tuple[int, ...]
    asked: tuple[str, ...]
    folder: Path
    simulator: str | None
    scale_file: str | None
    liquid: Liquid
    presses: int
    flow_minutes: float | None
    is_quick: bool
    person: str | None
    key: bytes | None


def question_of(args: argparse.Namespace) -> Question:
    """Raises Refused, ConfigRefused, KeyRefused."""
    config = load(args.config)
    channel = next((one for one in config.channels if one.name == args.channel), None)
    if channel is None:
        known = ", ".join(one.name for one in config.channels)
        raise Refused(f"--channel {args.channel}: the configuration has {known}")
    if not 3 <= args.presses <= 100:
        raise Refused(f"--presses {args.presses}: must be 3 to 100")
    if args.flow_minutes is not None and not 1 <= args.flow_minutes <= 1440:
        raise Refused(f"--flow-minutes {args.flow_minutes:g}: must be 1 to 1440 min")
    try:
        liquid = Liquid(WATER_G_PER_ML if args.density is None else args.density, args.evaporation)
    except ValueError as wrong:
        raise Refused(str(wrong)) from None
    syringe, offered = _syringe_of(args.syringe, channel)
    rates = _rates_of(args.rate, offered)
    return Question(
        config,
        args.config,
        channel,
        Bound(channel.pump.driver, channel.pump.options, channel.pump.port, syringe.diameter_um),
        offered,
        syringe,
        rates,
        _asked(args.steps, rates),
        args.out or Path(f"commission-{channel.name}"),
        args.simulator,
        args.gravimetric,
        liquid,
        args.presses,
        args.flow_minutes,
        args.quick,
        args.person,
        read_key(args.key) if args.key is not None else None,
    )


def _syringe_of(named: str | None, channel: Channel) -> tuple[Syringe, Capabilities]:
    allowed = channel.syringes or tuple(key for key, row in SYRINGES.items() if row.is_enabled)
    able = abilities_of(channel.pump.driver, channel.pump.options, allowed)
    key = named or ("bd-60" if "bd-60" in able else next(iter(able), ""))
    if key not in able:
        raise Refused(f"--syringe {key}: this channel and its pump allow {', '.join(able)}")
    return SYRINGES[key], able[key]


def _rates_of(given: list[str] | None, offered: Capabilities) -> tuple[int, ...]:
    """Exact figures, ascending. What was not asked for by number is the nearest below that the pump has."""
    rates = []
    for text in given or DEFAULT_RATES:
        try:
            exact = Decimal(text) * NL_PER_ML
        except InvalidOperation:
            raise Refused(f"--rate {text}: must be a number of mL/h") from None
        if not exact.is_finite() or exact <= 0 or exact != exact.to_integral_value():
            raise Refused(f"--rate {text}: must be more than 0, in whole nL/h")
        low, high = offered.rate_min_nl_h / NL_PER_ML, offered.rate_max_nl_h / NL_PER_ML
        if not offered.rate_min_nl_h <= exact <= offered.rate_max_nl_h:
            raise Refused(f"--rate {text}: with this syringe this pump has {low:g} to {high:g} mL/h")
        settable = offered.floor_rate(int(exact))
        if given and settable != exact:
            raise Refused(
                f"--rate {text}: cannot be set exactly; the next lower is {settable / NL_PER_ML:g} mL/h"
            )
        rates.append(settable)
    return tuple(sorted(set(rates)))


def _asked(text: str | None, rates: tuple[int, ...]) -> tuple[str, ...]:
    if text is None:
        return ()
    kinds = tuple(one.strip() for one in text.split(","))
    strange = [one for one in kinds if one not in walk.KINDS]
    if strange:
        raise Refused(f"--steps {text}: must be of {', '.join(walk.KINDS)}")
    return walk.names(rates, kinds)


def refuse_open_session(config: Config, port: str) -> None:
    """No channel on this port may have a session under way, as far as the record tells. Raises Refused."""
    journal = Path(config.journal.path)
    for name in (one.name for one in config.channels if one.pump.port == port):
        try:
            written = latest(journal, CONFIGURATION, name) if journal.exists() else None
            if written is None:
                continue
            state, trouble = restored(journal, policy_from(written.body))
        except (JournalRefused, sqlite3.Error, OSError, ValueError, KeyError, TypeError) as error:
            raise Refused(
                f"{journal}: cannot tell whether a session is under way on {name}: {error}"
            ) from None
        if trouble:
            raise Refused(f"{journal}: cannot tell whether a session is under way on {name}: {trouble}")
        if state.session.phase in UNDER_WAY:
            raise Refused(
                f"{name}: a session is under way ({state.session.phase.value}, by the journal); stop it with pumpctl first"
            )


async def visit(question: Question) -> Whole:
    """The whole visit; the report's word. Raises Refused, FolderRefused, Interrupted."""
    refuse_open_session(question.config, question.bound.port)
    if not is_at_terminal():
        raise Refused("standard input is no terminal: a person must type that no patient is connected")
    person = Person()
    _cancel_once_on_signals()
    simulator, standing = None, Standing()
    try:
        if question.simulator is not None:
            simulator = await Simulator.opened(question.simulator)
        bench = await _bench(question, person, simulator, standing)
        identity = await _identity(bench)
        subject = _subject(question, identity, bench)
        kept = Kept(question.folder)
        kept.begin({key: subject[key] for key in _OWNED})
        wanted = walk.names(question.rates_nl_h)
        try:
            await walk.walk(bench, kept, question.asked or _missing(kept, wanted))
        finally:
            word = _report(question, subject, kept, wanted, person)
    except (SimulatorGone, Abandoned, Left) as reason:
        raise Refused(f"{reason}; {standing.words}") from None
    except asyncio.CancelledError:
        person.say(f"interrupted: {standing.words}")
        raise
    finally:
        person.close()
        if simulator is not None:
            await simulator.close()
    return word


def _missing(kept: Kept, wanted: tuple[str, ...]) -> tuple[str, ...]:
    found = kept.results()
    return tuple(name for name in wanted if name not in found or not found[name].is_done)


async def _bench(
    question: Question, person: Person, simulator: Simulator | None, standing: Standing
) -> Bench:
    """After the person has said what only a person can know. Raises Refused."""
    name = question.channel.name
    phrase = f"no patient on {name}"
    person.say(f"{question.bound.driver} on {question.bound.port}: it will run, stop and be shut off.")
    person.say("The line must end in a cup, not in a person. Ctrl-C halts the pump at any moment.")
    if await person.ask(f"Type `{phrase}` if that is so:") != phrase:
        raise Refused(f"`{phrase}` was not typed; nothing was opened and nothing was sent")
    by = question.person or await person.ask("Your name, for the report:")
    if not by:
        raise Refused("a report without a name is worth nothing; nothing was sent")
    has_transducer = question.channel.transducer is not None
    return Bench(
        question.bound,
        question.offered,
        question.syringe,
        person,
        by,
        question.rates_nl_h,
        question.channel.line_pressure_limit_mmhg if has_transducer else None,
        simulator,
        question.liquid,
        question.scale_file,
        question.flow_minutes,
        question.presses,
        question.is_quick,
        max(1.0, await simulator.speed()) if simulator is not None else 1.0,
        standing,
    )


async def _identity(bench: Bench) -> Identity:
    """Who it is; it is told to stand on the way. Raises Abandoned."""
    async with held(bench.bound, bench.standing) as pump:
        found = pump.identity
    assert found is not None
    bench.person.say(
        f"pump: {found.model} {found.firmware} {found.serial}".rstrip() + f"; {bench.standing.words}"
    )
    return found


#: What results in one folder must share.
_OWNED = ("channel", "configuration", "pump", "serial number", "syringe", "software", "measured on")


def _subject(question: Question, who: Identity, bench: Bench) -> dict[str, str]:
    limit = bench.line_limit_mmhg
    liquid = question.liquid
    return {
        "channel": question.channel.name,
        "site": question.config.site.name,
        "pump": f"{question.bound.driver}: {who.model}, firmware {who.firmware}, address {who.address}",
        "serial number": who.serial or "this family tells none",
        "port": question.bound.port,
        "syringe": f"{question.syringe.title}, {question.syringe.diameter_um / 1000:g} mm",
        "line limit": f"{limit} mmHg, transducer" if limit is not None else "no transducer on this channel",
        "rates": ", ".join(f"{words_of_rate(one)} mL/h" for one in question.rates_nl_h),
        "liquid": f"{liquid.density_g_per_ml:g} g/mL, evaporation {liquid.evaporation_g_h:g} g/h",
        "measured on": "a simulator: this says nothing about a real pump"
        if bench.simulator
        else "the real line",
        "person": bench.by,
        "made": utc_now(),
        "software": f"pumpd {version('pumpd')}",
        "configuration": config_hash(question.config),
    }


def _report(
    question: Question, subject: dict[str, str], kept: Kept, wanted: tuple[str, ...], person: Person
) -> Whole:
    """Write both files, say the word. Raises OSError, FolderRefused."""
    steps = kept.results()
    word = whole(wanted, steps)
    subject = {**subject, "made": utc_now()}
    told = sealed_json(page.as_json(subject, wanted, steps, word), question.key)
    body = page.body(subject, wanted, steps, word, seal_of(told, None)["sha256"])
    write(kept.folder / "report.json", told)
    write(kept.folder / "report.html", sealed_page(body, question.key))
    person.say(f"{word.value}: {kept.folder / 'report.html'}")
    for sentence in page.lacking(wanted, steps):
        person.say(f"  {sentence}")
    return word


def _cancel_once_on_signals() -> None:
    """The first signal ends the step; no further one may end the halting that follows."""
    task = asyncio.current_task()
    assert task is not None
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def end() -> None:
        for number in numbers:
            loop.add_signal_handler(number, lambda: None)
        task.cancel()

    for number in numbers:
        loop.add_signal_handler(number, end)
