"""A session in words and numbers for people.

Theory of operation. Numbers come as whole nanolitres and nanograms and leave as exact decimals with their unit; only the
percentages are rounded. The headline is one sentence that can be read out: what came of it, how much was given out of
how much, in what time, and how fast the slowest reaction was.
"""

from datetime import UTC, datetime
from fractions import Fraction

from pumpd.core.dose import Programme, volume_to_dose_ng
from pumpd.core.units import format_mg, format_ml
from pumpd.report.session_record import SessionRecord, Trip

NONE = "\N{EN DASH}"
_ACTIONS = {"ADVISE": "advise", "SLOW": "slow", "PAUSE": "pause", "STOP": "stop"}


def clock(ms: int | None) -> str:
    """Time from the start: 677_000 -> "11:17"; before it with a minus sign."""
    if ms is None:
        return NONE
    sign = "\N{MINUS SIGN}" if ms <= -1000 else ""
    minutes, seconds = divmod(abs(ms) // 1000, 60)
    return f"{sign}{minutes}:{seconds:02d}"


def fine_clock(ms: int) -> str:
    """The same to a tenth of a second, for what happens within one: "11:16.5"."""
    tenths = abs(ms) // 100
    minutes, rest = divmod(tenths, 600)
    sign = "\N{MINUS SIGN}" if ms <= -100 else ""
    return f"{sign}{minutes}:{rest // 10:02d}.{rest % 10}"


def long_time(ms: int) -> str:
    """ "54 min 54 s"."""
    minutes, seconds = divmod(max(0, ms) // 1000, 60)
    return f"{minutes} min {seconds} s"


def utc(wall_ms: int) -> str:
    """Wall time to the second."""
    if not wall_ms:
        return "unknown"
    return datetime.fromtimestamp(wall_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def drug_of(volume_nl: int, programme: Programme) -> str:
    """Mass in a volume, mg."""
    return format_mg(volume_to_dose_ng(volume_nl, programme.concentration_ug_per_ml), 3)


def share(volume_nl: int, programme: Programme) -> str:
    """Of the prescribed dose, per cent, one decimal."""
    mass_ng = Fraction(volume_nl * programme.concentration_ug_per_ml, 1000)
    return f"{float(mass_ng / programme.dose_ng * 100):.1f} %"


def action(trip: Trip) -> str:
    """What a trip asked of the pump."""
    return _ACTIONS.get(trip.demand, trip.demand.lower())


def reaction(trip: Trip) -> str:
    """ "17 ms", or why there is no number."""
    if trip.reaction_ms is not None:
        return f"{trip.reaction_ms} ms" + (" \N{DAGGER}" if trip.is_timed else "")
    return {"": NONE, "already": "already in effect"}.get(trip.effect, trip.effect)


def resumed(trip: Trip) -> str:
    """Who lifted it, and when."""
    if trip.resumed_by:
        return f"{trip.resumed_by}, {clock(trip.resumed_at_ms)}"
    return NONE if trip.demand in ("ADVISE", "STOP") else "nobody"


def headline(record: SessionRecord) -> str:
    """What came of the session, in a sentence or three."""
    programme, order, amount = record.session.programme, record.session.order, record.given
    if programme is None or order is None:
        return "No programme."
    prescribed = f"{format_mg(programme.dose_ng)} {order.drug}"
    if amount is None:
        ended = " Stopped before the start." if record.story.ended_ms is not None else ""
        return f"Never started: {prescribed} was ordered, nothing given.{ended}"
    best = drug_of(amount.best_nl, programme)
    took = long_time(record.story.ended_ms if record.story.ended_ms is not None else record.story.until_ms)
    begin = {
        "completed": "Completed",
        "stopped": _stopped(record),
    }.get(record.session.phase.value, "Not ended where the record ends")
    text = f"{begin}: {best} of {prescribed} given in {took} (programmed {long_time(programme.duration_s * 1000)})."
    return f"{text} {_trips(record)}"


def _stopped(record: SessionRecord) -> str:
    fatal = next((one for one in record.story.trips if one.demand == "STOP"), None)
    if fatal is not None:
        return f"Stopped by rule {fatal.rule}"
    person = next(
        (one for one in record.story.acts if one.verb == "stop" and one.outcome == "accepted"), None
    )
    return f"Stopped by {person.by}" if person is not None else "Stopped"


def _trips(record: SessionRecord) -> str:
    acting = [one for one in record.story.trips if one.demand != "ADVISE"]
    if not acting:
        return "No limit was crossed."
    count = "One interlock trip" if len(acting) == 1 else f"{len(acting)} interlock trips"
    unseen = [one for one in acting if one.effect == "not seen"]
    if unseen:
        rules = ", ".join(one.rule for one in unseen)
        return f"{count}; for {rules} no pump report shows the effect."
    times = [one.reaction_ms for one in acting if one.reaction_ms is not None]
    if not times:
        return f"{count}, each already in effect."
    return f"{count}; slowest reaction {max(times)} ms from the sample to the pump's readback."


def volume(volume_nl: int) -> str:
    """mL, to the microlitre."""
    return format_ml(volume_nl, 3)
