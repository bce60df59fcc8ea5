"""The daemon's state in plain words and aligned numbers.

Theory of operation. One reader for terminals of every kind: `pumpctl status` prints these lines, the live
view puts colour and boxes round them. Numbers are formatted from the integers and decimal texts they come as,
never through a float, so what is shown is what is set. A missing key is shown as missing, since an old client
beside a new daemon is ordinary and a zero that nobody sent is a lie. Everything that came over the wire is
stripped of control characters: a drug name must not move the cursor.
"""

from collections.abc import Mapping, Sequence
from typing import Any

UNKNOWN = "--"
#: Digits of a hash that a person compares.
_HASH_SHOWN = 12

_RATES = (
    ("programmed_nl_h", "programme"),
    ("permitted_nl_h", "permitted"),
    ("commanded_nl_h", "commanded"),
    ("reported_nl_h", "pump says"),
)


def clean(value: object) -> str:
    """Text as it may be shown: printable, on one line."""
    return "".join(c if c.isprintable() else "?" for c in str(value))


def part(state: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """The object under `key`, empty when it is missing or something else."""
    value = state.get(key)
    return value if isinstance(value, Mapping) else {}


def rows(state: Mapping[str, Any], key: str) -> list[Any]:
    """The list under `key`, empty when it is missing or something else."""
    value = state.get(key)
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else []


def ml_h(rate_nl_h: object) -> str:
    """A rate, exact: 26250000 -> "26.25 mL/h"."""
    return f"{_scaled(rate_nl_h, 1)} mL/h" if type(rate_nl_h) is int else UNKNOWN


def ml(volume_nl: object) -> str:
    """A volume, rounded down to microlitres, two decimals at least: 1234567 -> "1.234 mL"."""
    if type(volume_nl) is not int:
        return UNKNOWN
    return f"{_scaled(volume_nl - volume_nl % 1000, 2)} mL"


def _scaled(millionths: int, decimals: int) -> str:
    whole, rest = divmod(abs(millionths), 1_000_000)
    digits = f"{rest:06d}".rstrip("0").ljust(decimals, "0")
    return f"{'-' if millionths < 0 else ''}{whole}.{digits}"


def mg(amount: object) -> str:
    """A dose as it was sent."""
    return UNKNOWN if amount is None else f"{clean(amount)} mg"


def duration(seconds: object) -> str:
    """ "31 min 05 s", "45 s", or unknown."""
    if type(seconds) is not int:
        return UNKNOWN
    minutes, rest = divmod(max(0, seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02d} min"
    return f"{minutes} min {rest:02d} s" if minutes else f"{rest} s"


def age(milliseconds: object) -> str:
    """ "12 s ago", "3 min 10 s ago"."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        return "age unknown"
    return f"{duration(int(milliseconds) // 1000)} ago"


def word(state: Mapping[str, Any]) -> str:
    """The state word."""
    return clean(state.get("word") or "NO DATA")


def rate_line(state: Mapping[str, Any]) -> str:
    """ "programme 15.0 mL/h   permitted 7.5 mL/h   pump says 7.5 mL/h"."""
    rate = part(state, "rate")
    return "   ".join(f"{name} {ml_h(rate.get(key))}" for key, name in _RATES)


def dose_line(state: Mapping[str, Any]) -> str:
    """Given, its interval, and what is left."""
    dose = part(state, "dose")
    if not dose:
        return UNKNOWN
    given = f"{mg(dose.get('given_best_mg'))} of {mg(dose.get('prescribed_mg'))}"
    between = f"between {mg(dose.get('given_low_mg'))} and {mg(dose.get('given_high_mg'))}"
    return f"{given} given ({between}), {mg(dose.get('left_mg'))} left"


def treatment_line(state: Mapping[str, Any]) -> str:
    """Whom, with what, and against which baseline: what a nurse compares with the wristband and the syringe."""
    order = part(state, "order")
    if not order:
        return ""
    keys = ("patient", "drug", "concentration", "syringe")
    words = [clean(order[key]) for key in keys if order.get(key)]
    baseline = part(state, "baseline")
    if baseline:
        when = "accepted" if baseline.get("accepted") else "to be accepted by whoever starts"
        words.append(f"baseline {_number(baseline.get('sys'))}/{_number(baseline.get('dia'))} mmHg, {when}")
    return ", ".join(words)


def line_line(state: Mapping[str, Any]) -> str:
    """Pressure in the infusion line, with its age: the signal with the strictest limit on it."""
    pressure = state.get("line_pressure_mmhg")
    if pressure is None:
        return UNKNOWN
    return f"{_number(pressure)} mmHg ({age(state.get('line_pressure_age_ms'))})"


def unwatched_line(state: Mapping[str, Any]) -> str:
    """What nobody measures here, so that its silence is not taken for quiet; "" if everything is watched."""
    names = [clean(one).replace("_", " ") for one in rows(state, "unwatched")]
    return f"NOT WATCHED: {', '.join(names)}" if names else ""


def vitals_line(state: Mapping[str, Any]) -> str:
    """ "SYS 128 mm[Hg] (12 s ago)  ..."."""
    shown = []
    for name, sample in part(state, "vitals").items():
        if isinstance(sample, Mapping):
            value, unit = sample.get("value"), sample.get("unit") or ""
            text = UNKNOWN if value is None else f"{_number(value)} {clean(unit)}".strip()
            shown.append(f"{clean(name).upper()} {text} ({age(sample.get('age_ms'))})")
    if state.get("cuff_active") is True:
        shown.append("cuff inflating")
    return "   ".join(shown) or "none received"


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else clean(value)


def observations_line(state: Mapping[str, Any]) -> str:
    """What people at the chair wrote down: "MOAAS 5 (3 min 10 s ago)"; "" from a daemon that knows of none."""
    if not isinstance(state.get("observations"), Mapping):
        return ""
    shown = []
    for name, entry in part(state, "observations").items():
        if isinstance(entry, Mapping) and entry.get("value") is not None:
            by = f" by {clean(entry['by'])}" if entry.get("by") else ""
            shown.append(f"{clean(name).upper()} {_number(entry['value'])}{by} ({age(entry.get('age_ms'))})")
    return "   ".join(shown) or "nothing entered"


def course_line(state: Mapping[str, Any]) -> str:
    """How long the treatment has run and stood still; "" from a daemon that does not tell."""
    course = part(state, "course")
    ran, planned, stood = (course.get(f"{name}_s") for name in ("elapsed", "planned", "paused"))
    if ran is None:
        return ""
    text = f"running for {duration(ran)}"
    text += f" of {duration(planned)} planned" if planned is not None else ""
    return text + (f", stood still for {duration(stood)}" if stood else "")


def signal_line(state: Mapping[str, Any]) -> str:
    """What sounds at the bedside: "sounding HIGH, escalated", "audio paused 87 s"; "" when there is nothing to say."""
    signal = part(state, "signal")
    left = signal.get("audio_paused_left_s")
    told = []
    if signal.get("sound"):
        told.append(f"sounding {clean(signal['sound']).upper()}")
    if signal.get("audio_paused"):
        told.append(f"audio paused {left} s" if type(left) is int else "audio paused")
    elif signal.get("reminder"):
        told.append("reminder only")
    if type(signal.get("escalation")) is int and signal["escalation"] > 0:
        told.append(f"escalated {signal['escalation']}x")
    return ", ".join(told)


def sounders_line(state: Mapping[str, Any]) -> str:
    """Bells and lights that do not work; "" when all do, or there are none."""
    wrong = [one for one in rows(state, "sounders") if isinstance(one, Mapping) and not one.get("ok")]
    return ", ".join(f"{clean(one.get('name'))} FAILS: {clean(one.get('reason'))}" for one in wrong)


def alarm_lines(state: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(priority, text) of each alarm, the most urgent first, the first to fire of all marked."""
    order = {"high": 0, "medium": 1, "low": 2}
    alarms = [a for a in rows(state, "alarms") if isinstance(a, Mapping)]
    alarms.sort(key=lambda a: (order.get(str(a.get("priority")), 0), not a.get("first_out")))
    lines = []
    for alarm in alarms:
        marks = [
            "FIRST" if alarm.get("first_out") else "",
            "acknowledged" if alarm.get("acknowledged") else "",
            "" if alarm.get("present", True) else "gone, waits for a person",
            "ESCALATED" if alarm.get("escalation") else "",
        ]
        text = f"{clean(alarm.get('priority', '?')).upper()} {clean(alarm.get('rule', ''))}"
        others = [clean(one) for one in rows(alarm, "members") if one != alarm.get("rule")]
        text += f" (and {', '.join(others)})" if others else ""
        text += f": {clean(alarm.get('text', ''))}"
        kept = [mark for mark in marks if mark]
        lines.append((clean(alarm.get("priority", "")), text + (f" [{', '.join(kept)}]" if kept else "")))
    return lines


def binding_lines(state: Mapping[str, Any]) -> list[str]:
    """What holds or limits delivery now, one sentence each."""
    lines = []
    held = set()
    for hold in rows(state, "holds"):
        if isinstance(hold, Mapping):
            held.add(hold.get("reason"))
            by = f" (by {clean(hold['by'])})" if hold.get("by") else ""
            lines.append(f"hold {clean(hold.get('source', ''))}: {clean(hold.get('reason', ''))}{by}")
    for limit in rows(state, "binding"):
        if isinstance(limit, Mapping) and limit.get("reason") not in held:
            ceiling = limit.get("ceiling_nl_h")
            upto = f", at most {ml_h(ceiling)}" if type(ceiling) is int else ""
            rule = f" {clean(limit['rule'])}" if limit.get("rule") else ""
            lines.append(f"{clean(limit.get('source', ''))}{rule}: {clean(limit.get('reason', ''))}{upto}")
    return lines


def pump_line(state: Mapping[str, Any]) -> str:
    """Link, identity, motion and lease of the pump, and what the site has accepted of it."""
    pump = part(state, "pump")
    if not pump:
        return UNKNOWN
    risk = clean(pump.get("accepted_risk") or "")
    return (
        f"link {clean(pump.get('link', '?')).replace('_', ' ')}, "
        f"{clean(pump.get('identity') or 'unidentified')}, {clean(pump.get('motion') or UNKNOWN)}, "
        f"reported {age(pump.get('report_age_ms'))}, {_lease(pump)}" + (f"; RISK: {risk}" if risk else "")
    )


def _lease(pump: Mapping[str, Any]) -> str:
    lease_ms = pump.get("watchdog_ms")
    if not isinstance(lease_ms, int):
        return "no lease"
    if lease_ms == 0:
        return "NOTHING stops it when the daemon falls silent"
    return f"stops by itself after {lease_ms / 1000:g} s of silence"


def feed_line(state: Mapping[str, Any]) -> str:
    """The vitals feed and the record."""
    feed = part(state, "feed")
    rejected = ", ".join(f"{clean(k)} {clean(v)}" for k, v in part(feed, "rejected").items())
    journal = part(state, "journal").get("ok")
    record = UNKNOWN if journal is None else "recording" if journal is True else "NOT RECORDING"
    link = clean(feed.get("link", UNKNOWN))
    if link != "up" and feed.get("reason"):
        link += f" ({clean(feed['reason'])})"
    return f"vitals link {link}, rejected: {rejected or 'none'}; journal {record}"


def configuration_line(state: Mapping[str, Any]) -> str:
    """The hash in force, and what is wrong with it; "" where none is told."""
    told = part(state, "configuration")
    known = str(told.get("hash") or "")[:_HASH_SHOWN]
    wrong = [str(told[key]) for key in ("changed", "edited") if told.get(key)]
    return clean("; ".join([known, *wrong])) if known else ""


def order_lines(state: Mapping[str, Any]) -> list[str]:
    """The order and what was derived from it: its steps first, as they were reckoned."""
    order = part(state, "order")
    lines = [clean(step) for step in rows(order, "steps")]
    for key, value in order.items():
        if key != "steps" and value is not None:
            lines.append(f"{clean(key)}: {_value(str(key), value)}")
    return lines


def _value(key: str, value: object) -> str:
    if key.endswith("_nl_h"):
        return ml_h(value)
    if key.endswith("_nl"):
        return ml(value)
    if key.endswith("_s") and type(value) is int:
        return duration(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(clean(one) for one in value) or "none"
    return clean(value)


def status_lines(state: Mapping[str, Any]) -> list[str]:
    """The whole state, a line each, for a terminal without colour and for a log."""
    head = f"{clean(state.get('channel', '?'))}  {clean(state.get('bed') or '')}".rstrip()
    lines = [f"{head}  {word(state)}", f"  {clean(state.get('headline') or '')}"]
    if state.get("next"):
        lines.append(f"  next      {clean(state['next'])}")
    lines += [f"  for       {line}" for line in (treatment_line(state),) if line]
    lines.append(f"  rate      {rate_line(state)}")
    lines.append(f"  dose      {dose_line(state)}")
    volume = part(state, "volume")
    if volume:
        left = duration(state.get("time_left_s"))
        lines.append(
            f"  volume    {ml(volume.get('infused_nl'))} of {ml(volume.get('vtbi_nl'))}; {left} left"
        )
    lines += [f"  limited   {line}" for line in binding_lines(state)]
    lines += [f"  start?    {clean(reason)}" for reason in rows(state, "start_blocked_by")]
    lines += [f"  resume?   {clean(reason)}" for reason in rows(state, "resume_blocked_by")]
    lines += [f"  restore?  {clean(reason)}" for reason in rows(state, "restore_blocked_by")]
    lines.append(f"  vitals    {vitals_line(state)}")
    lines += [f"  people    {line}" for line in (observations_line(state),) if line]
    lines.append(f"  line      {line_line(state)}")
    lines += [f"  unwatched {line}" for line in (unwatched_line(state),) if line]
    lines += [f"  course    {line}" for line in (course_line(state),) if line]
    lines += [f"  signal    {line}" for line in (signal_line(state),) if line]
    lines += [f"  alarm     {text}" for _, text in alarm_lines(state)]
    changed = part(state, "library").get("changed")
    lines += [f"  library   {clean(changed)}"] if changed else []
    lines += [f"  config    {line}" for line in (configuration_line(state),) if line]
    lines.append(f"  pump      {pump_line(state)}")
    lines.append(f"  feed      {feed_line(state)}")
    lines += [f"  sounders  {line}" for line in (sounders_line(state),) if line]
    return lines
