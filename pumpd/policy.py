"""What a channel's configuration settles for the core, and how the journal keeps it.

Theory of operation. A policy is made once, at start, from the channel's own table and the site's limits, and from nothing
else. Exactly that is written into the journal, so report, replay and explanation make the very policy again: the same
rows, the same limits, the same steps of the pump. A record without limits is of a version that knew none; the defaults
were in force.
"""

import json
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from drivers.contract import WatchdogKind
from interlocks.site_table import site_table
from interlocks.vocabulary import Signal
from pumpd import config as cfg
from pumpd.config_library import parse_library
from pumpd.config_pumps import abilities_of, risk_of
from pumpd.core.clinic.course import Clinic
from pumpd.core.library import BUILT_IN, SYRINGES, Library
from pumpd.core.state import VERIFIED_WITHIN_MS, Policy

POLL_LINK_MS = 250
#: A pump that nothing stops may go on to the end of its run: for the account as good as for ever.
UNBOUND_MS = 3_600_000
#: Faster than life everything periodic speeds up with treatment time, but no further than this (link time).
FASTEST_S = 0.02
#: A site that has set no limit of its own; nobody can write into it.
NO_LIMITS: Mapping[str, int] = MappingProxyType({})


def policy_for(
    channel: cfg.Channel,
    speed: float = 1,
    limits: Mapping[str, int] = NO_LIMITS,
    shadow: Mapping[str, int] = NO_LIMITS,
    listener_within_s: int | None = None,
    library: Library = BUILT_IN,
    clinic: cfg.Clinic | None = None,
    verified_within_min: int = VERIFIED_WITHIN_MS // 60_000,
) -> Policy:
    """What one channel's configuration and the site's limits settle, computed once; also what a replay needs."""
    allowed = channel.syringes if channel.syringes is not None else tuple(SYRINGES)
    pump = channel.pump
    abilities = abilities_of(pump.driver, pump.options, tuple(one for one in allowed if one in SYRINGES))
    ability = next(iter(abilities.values()))
    return Policy(
        channel=channel.name,
        bed=channel.bed,
        rules=site_table(limits, shadow, channel.line_pressure_limit_mmhg),
        capabilities=abilities,
        fitted=_fitted(channel),
        lease_ms=UNBOUND_MS if ability.watchdog is WatchdogKind.NONE else ability.watchdog_bound_ms,
        watchdog=ability.watchdog,
        accepted_risk=f"{risk}; accepted: {pump.accepted_risk}" if (risk := risk_of(ability)) else "",
        poll_link_ms=int(max(POLL_LINK_MS / speed, FASTEST_S * 1000)),
        listener_within_ms=None if listener_within_s is None else listener_within_s * 1000,
        library=library,
        clinic=None if clinic is None else Clinic(clinic.observation_min, clinic.series_of),
        verified_within_ms=verified_within_min * 60_000,
    )


def _fitted(channel: cfg.Channel) -> frozenset[Signal]:
    """Of the signals that need a source of their own, those that this channel has one for."""
    sources = {
        Signal.LINE_PRESSURE: channel.transducer,
        Signal.AIR_BUBBLE: channel.air_sensor,
        Signal.AIR_15MIN: channel.air_sensor,
        Signal.BUTTON: channel.button,
    }
    return frozenset(signal for signal, device in sources.items() if device is not None)


def recorded_configuration(
    channel: cfg.Channel,
    speed: float,
    limits: Mapping[str, int],
    shadow: Mapping[str, int],
    listener_within_s: int | None = None,
    library: Library = BUILT_IN,
    clinic: cfg.Clinic | None = None,
    verified_within_min: int = VERIFIED_WITHIN_MS // 60_000,
) -> str:
    """What the journal keeps of all that `policy_for` was made from."""
    written = {
        "channel": channel.model_dump(mode="json"),
        "speed": speed,
        "limits": dict(limits),
        "shadow": dict(shadow),
        "listener_within_s": listener_within_s,
        # The text and not the limits made of it: of this the hash is.
        "library": {"hash": library.hash, "text": library.text},
        "clinic": None if clinic is None else clinic.model_dump(mode="json"),
        "verified_within_min": verified_within_min,
    }
    return json.dumps(written, sort_keys=True)


def policy_from(body: str) -> Policy:
    """The policy a configuration record stands for.

    Raises:
        ValueError: not a configuration of this version.
    """
    try:
        written = json.loads(body)
        channel = cfg.Channel.model_validate_json(json.dumps(written["channel"]))
        limits, shadow = written.get("limits", {}), written.get("shadow", {})
        library = _library_from(written)
        clinic = None
        if (course := written.get("clinic")) is not None:
            clinic = cfg.Clinic.model_validate(course)
        listener_within_s = written.get("listener_within_s")
        within_min = written.get("verified_within_min", VERIFIED_WITHIN_MS // 60_000)
        site = limits, shadow, listener_within_s, library, clinic, within_min
        return policy_for(channel, written["speed"], *site)
    except (KeyError, TypeError, AttributeError) as strange:
        raise ValueError(f"no configuration of this version: {strange}") from None


def _library_from(written: Mapping[str, Any]) -> Library:
    """The drug library that was in force. A record without one is of a version that knew the built-in rows only."""
    text = written["library"]["text"] if "library" in written else ""
    if not text:
        return BUILT_IN
    try:
        return parse_library(text, "drug library of the record")
    except cfg.ConfigRefused as refused:
        raise ValueError(str(refused)) from None
