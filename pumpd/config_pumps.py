"""The tables `[channels.pump]` held against the families of pumps that they name.

Theory of operation. Which keys a pump has beside `driver` and `port`, and within what limits, is written in its family
and nowhere else, so the keys here are not fields of the model: they are looked up (`drivers.registry`). Then the family
is asked what the pump can do with each syringe allowed. A pump that goes on for more than a few seconds after the host
has fallen silent is refused unless the site writes down why it accepts that (design law 7).

What only the values together show (a model that must be named, a transport that does not go with the port, a line that
cannot be shared) is found by making the drivers as the daemon will; nothing is opened by that.
"""

from collections.abc import Iterator, Mapping

from drivers.contract import Capabilities, DriverEvent, WatchdogKind
from drivers.registry import FamilyUnknown, Lines, OptionsRefused, checked, families, family
from pumpd.config_words import Fault, nearest
from pumpd.core.library import SYRINGES

Tree = Mapping[str, object]

#: Keys of the table that are ours, not the family's.
OURS = ("driver", "port", "accepted_risk")
#: What a bench may write where a site must name its pump.
ANY = "*"
#: The longest a pump may go on unwatched without anybody having accepted it, link ms.
LONGEST_SILENCE_MS = 5_000


def pump_faults(tree: Tree) -> Iterator[Fault]:
    """Everything wrong in the pumps' tables that their families can tell."""
    channels = tree.get("channels")
    lines, makers = Lines(lambda: 0), dict[str, str]()
    for i, row in enumerate(channels if isinstance(channels, list) else []):
        pump = row.get("pump") if isinstance(row, dict) else None
        if isinstance(pump, dict) and isinstance(pump.get("driver"), str):
            loc = ("channels", i, "pump")
            faults = tuple(_faults_of(pump, row, loc)) or tuple(_faults_of_making(pump, loc, lines, makers))
            yield from faults


def _faults_of_making(
    pump: Tree, loc: tuple[str | int, ...], lines: Lines, makers: dict[str, str]
) -> Iterator[Fault]:
    """`makers`: the families that have made a line so far, by port. A port of two families is another check's to tell."""
    driver, port = str(pump["driver"]), pump.get("port")
    if not isinstance(port, str) or makers.setdefault(port, driver) != driver:
        return
    try:
        lines.driver(driver, _given(pump), port, _nobody)
    except OptionsRefused as refused:
        for key, sentence in refused.faults:
            yield Fault((*loc, key), _without_key(sentence, key))


def _nobody(event: DriverEvent) -> None:
    """No driver made here is ever run."""


def _given(pump: Tree) -> dict[str, object]:
    return {key: value for key, value in pump.items() if key not in OURS}


def _faults_of(pump: Tree, row: Tree, loc: tuple[str | int, ...]) -> Iterator[Fault]:
    for key in [key for key, value in _given(pump).items() if value == ANY]:
        yield Fault((*loc, key), f"{ANY!r} is any pump; name the one that stands at this bed")
    try:
        abilities = abilities_of(str(pump["driver"]), _given(pump), _allowed(row))
    except OptionsRefused as refused:
        yield from _told(refused, pump, loc)
        return
    if not abilities and not _allowed(row):
        return  # none of the syringes is known: told at the list
    if not abilities:
        yield Fault(loc, f"this pump can take none of the syringes allowed here ({', '.join(_allowed(row))})")
    elif (risk := risk_of(next(iter(abilities.values())))) and not pump.get("accepted_risk"):
        text = f"{risk}; write why this site accepts that as accepted_risk, or use another pump"
        yield Fault((*loc, *_risky_key(pump)), text)


def _told(refused: OptionsRefused, pump: Tree, loc: tuple[str | int, ...]) -> Iterator[Fault]:
    """The family's faults at their keys. A mistyped key is one fault, not a strange key and a missing one."""
    try:
        known = [one.key for one in family(str(pump["driver"])).OPTIONS]
    except FamilyUnknown as unknown:
        near = nearest(str(pump["driver"]), families())
        guess = f"; did you mean {near[0]}?" if near else ""
        yield Fault((*loc, "driver"), _without_key(str(unknown), "driver") + guess)
        return
    strange = [key for key in _given(pump) if key not in known]
    meant = {name for key in strange for name in nearest(key, known)} - set(pump)
    for key, sentence in refused.faults:
        if key in strange:
            guess = "".join(f"did you mean {near}? " for near in nearest(key, known))
            text = (
                f"pumps of the family {pump['driver']} have no such key; {guess}they have {', '.join(known)}"
            )
            yield Fault((*loc, key), text)
        elif key not in meant:
            yield Fault((*loc, key), _without_key(sentence, key))


def _risky_key(pump: Tree) -> tuple[str, ...]:
    """The key whose value takes the pump's own stop away, if it is one; else the pump has none."""
    table = family(str(pump["driver"])).OPTIONS
    return tuple(one.key for one in table if one.risk is not None and pump.get(one.key) == one.risk)[:1]


def _allowed(row: Tree) -> tuple[str, ...]:
    named = row.get("syringes")
    return tuple(one for one in named if one in SYRINGES) if isinstance(named, list) else tuple(SYRINGES)


def _without_key(sentence: str, key: str) -> str:
    """The place is said in the file's own words; the family's sentence begins with the key as well."""
    return sentence.partition(": ")[2] if sentence.startswith(key) and ": " in sentence else sentence


def abilities_of(
    driver: str, given: Mapping[str, object], syringes: tuple[str, ...]
) -> dict[str, Capabilities]:
    """What the pump can do, by syringe; those it cannot take are left out.

    Raises:
        OptionsRefused: the family is unknown, or its table refuses what is given.
    """
    options, its = checked(driver, given), family(driver)
    found = {}
    for key in syringes:
        try:
            found[key] = its.capabilities_from(options, SYRINGES[key].diameter_um)
        except OptionsRefused:
            raise
        except ValueError:
            continue
    return found


def risk_of(ability: Capabilities) -> str:
    """What this pump does when the host falls silent, if it is more than may be taken for granted; else ""."""
    if ability.watchdog is WatchdogKind.NONE:
        # Every family ends a run at its volume: a pump that cannot is offered no rate (`drivers.contract.Run`).
        return "nothing stops this pump when the host falls silent before it has given the whole volume of its run"
    if ability.watchdog_bound_ms > LONGEST_SILENCE_MS:
        return (
            f"this pump goes on for up to {ability.watchdog_bound_ms / 1000:g} s when the host falls silent"
        )
    return ""
