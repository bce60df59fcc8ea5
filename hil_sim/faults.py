"""Everything that can be made to go wrong, by name.

A fault is a function that does something to a world and returns how to undo it (or None for a single blow,
such as a power cut). The table is what `hil-sim faults` prints, what the control socket and scenarios may
name, and what the manual is made from; parameters are checked against it, because a misspelt fault that
injects nothing makes a test that cannot fail. Patient and monitors enter theirs in the same tables
(`hil_sim.patient_acts`). Rows in numbers are those of facts/faults.md 4; rows in letters are the interlocks
of facts/clinical.md 3.2 that such an event is to reach.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from hil_sim.wire import Tamper, TamperKind

if TYPE_CHECKING:
    from hil_sim.pumps.quirks import StopQuirk
    from hil_sim.world import World

Undo = Callable[[], None]


@dataclass(frozen=True)
class Injectable:
    """One thing that can be injected: a sentence, its row(s), its parameters with their defaults."""

    summary: str
    rows: str
    begin: Callable[..., Undo | None]
    params: Mapping[str, float | int | str | bool] = field(default_factory=dict)


def apply(table: Mapping[str, Injectable], world: Any, name: str, params: Mapping[str, Any]) -> Undo | None:
    """Begin what `name` names. Raises ValueError for an unknown name, parameter or type."""
    if name not in table:
        raise ValueError(f"unknown: {name!r}; known: {', '.join(sorted(table))}")
    entry = table[name]
    unknown = set(params) - set(entry.params)
    if unknown:
        raise ValueError(
            f"{name} has no parameter {', '.join(sorted(unknown))}; it has {sorted(entry.params)}"
        )
    return entry.begin(
        world, **{key: _cast(name, key, params, default) for key, default in entry.params.items()}
    )


def _cast(name: str, key: str, params: Mapping[str, Any], default: float | int | str | bool) -> Any:
    given = params.get(key, default)
    if isinstance(default, bool):
        if str(given).lower() not in ("true", "false", "1", "0", "on", "off"):
            raise ValueError(f"{name}.{key} is true or false, not {given!r}")
        return str(given).lower() in ("true", "1", "on")
    try:
        return type(default)(given)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}.{key}: {given!r} is not {type(default).__name__}") from error


def describe(*more: tuple[str, Mapping[str, Injectable]]) -> list[str]:
    """One line per fault and event, for people; `more`: other tables, each with its kind."""
    lines = []
    for kind, table in (("fault", FAULTS), ("event", EVENTS), *more):
        for name, entry in sorted(table.items()):
            params = " ".join(f"{key}={default}" for key, default in entry.params.items())
            rows = f"[{entry.rows}] " if entry.rows else ""
            lines.append(f"{kind} {name}: {rows}{entry.summary}" + (f" ({params})" if params else ""))
    return lines


# the wire


def _tamper(kind: TamperKind) -> Callable[..., Undo]:
    def begin(world: World, command: str = "*", count: int = 0, ms: float = 0.0, rate: float = 0.0) -> Undo:
        tamper = Tamper(kind, None if command == "*" else command.upper(), count or None, ms, rate)
        world.wire.tampers.append(tamper)
        return lambda: world.wire.tampers.remove(tamper)

    return begin


def _line_down(world: World) -> Undo:
    world.wire.is_down = True
    world.wire.clear()

    def up() -> None:
        world.wire.is_down = False

    return up


# a pump that lies or refuses


def _stop_quirk(quirk: StopQuirk) -> Callable[[World], Undo]:
    def begin(world: World) -> Undo:
        world.pump.quirks.stop = quirk

        def undo() -> None:
            world.pump.quirks.stop = ""
            world.pump.claimed = None

        return undo

    return begin


def _stop_refused(world: World, answer: str) -> Undo:
    if answer not in ("na", "com"):
        raise ValueError(f"stop_refused.answer is na or com, not {answer!r}")
    return _stop_quirk("refused_na" if answer == "na" else "refused_com")(world)


def _stop_ignored(world: World, lying: bool) -> Undo:
    return _stop_quirk("ignored_lying" if lying else "ignored_honest")(world)


def _quirk(attribute: str, on: object, off: object) -> Callable[[World], Undo]:
    def begin(world: World) -> Undo:
        setattr(world.pump.quirks, attribute, on)
        return lambda: setattr(world.pump.quirks, attribute, off)

    return begin


def _other_pump(world: World, version: str) -> Undo:
    return _quirk("version", version, None)(world)


def _frozen_status(world: World) -> Undo:
    return _quirk("frozen", {}, None)(world)


def _delivery(world: World, factor: float, counted: bool) -> Undo:
    if factor < 0.0:
        raise ValueError("factor must not be negative")
    return _quirk("motor_factor" if counted else "hidden_factor", factor, 1.0)(world)


# single blows


def _power_blip(world: World, dark_ms: float, wakes_running: bool) -> None:
    world.pump.cut_power(world.link_ms, dark_ms, wakes_running=wakes_running)


def _forget_settings(world: World) -> None:
    world.pump.forget_settings()


def _counter_cleared(world: World) -> None:
    world.pump.clear_counters()


def _keypad_rate(world: World, ml_h: float) -> None:
    world.pump.turn_rate(Decimal(str(ml_h)))


def _keypad_diameter(world: World, mm: float) -> None:
    world.pump.turn_diameter(Decimal(str(mm)))


def _keypad_stop(world: World) -> None:
    world.pump.press_stop()


def _keypad_run(world: World) -> None:
    world.pump.press_run()


# the line and the arm


def _occlude(world: World) -> Undo:
    world.line.is_occluded = True
    return lambda: _release(world)


def _release(world: World) -> None:
    world.line.is_occluded = False


def _cuff_on(world: World, same_arm: bool) -> Undo:
    world.cuff_active = True
    world.is_arm_squeezed = same_arm
    return lambda: _cuff_off(world)


def _cuff_off(world: World) -> None:
    world.cuff_active = False
    world.is_arm_squeezed = False


def _cuff_same_arm(world: World, on: bool, probe: bool) -> Undo:
    before = (world.cuff_same_arm, world.probe_same_arm)
    world.cuff_same_arm, world.probe_same_arm = on, probe

    def undo() -> None:
        world.cuff_same_arm, world.probe_same_arm = before

    return undo


def _raise_height(world: World, cm: float) -> Undo:
    before_cm = world.line.height_cm
    world.line.height_cm = cm

    def undo() -> None:
        world.line.height_cm = before_cm

    return undo


def _disconnect_line(world: World) -> Undo:
    world.line.is_disconnected = True
    return lambda: _reconnect_line(world)


def _reconnect_line(world: World) -> None:
    world.line.is_disconnected = False


def _siphon(world: World, cm: float, loose_ml: float) -> Undo:
    if loose_ml < 0.0:
        raise ValueError("loose_ml must not be negative")
    lower = _raise_height(world, cm)
    world.syringe.loose_nl = loose_ml * 1e6

    def undo() -> None:
        world.syringe.loose_nl = 0.0
        lower()

    return undo


# air and button


def _air_bubble(world: World, volume_ul: float) -> Undo:
    world.fittings.air.enter(volume_ul, world.treatment_s, world.displaced_nl)
    return lambda: _air_drawn_off(world)


def _air_drawn_off(world: World) -> None:
    world.fittings.air.draw_off()


def _button_press(world: World) -> Undo:
    world.fittings.press()
    return world.fittings.release


def _button_release(world: World) -> None:
    world.fittings.release()


def _button_wire_break(world: World) -> Undo:
    world.fittings.is_button_wired = False

    def mend() -> None:
        world.fittings.is_button_wired = True

    return mend


_WHICH: dict[str, float | int | str | bool] = {"command": "*", "count": 0}

FAULTS: dict[str, Injectable] = {
    "reply_lost": Injectable("the pump obeys and its answer is lost", "1", _tamper("lose_reply"), _WHICH),
    "request_lost": Injectable("a request never reaches the pump", "2", _tamper("lose_request"), _WHICH),
    "reply_garbled": Injectable("one bit of the answer is flipped", "25", _tamper("garble_reply"), _WHICH),
    "reply_late": Injectable("answers come late", "24", _tamper("delay_reply"), {**_WHICH, "ms": 400.0}),
    "reply_split": Injectable(
        "answers come in two pieces", "23", _tamper("split_reply"), {**_WHICH, "ms": 50.0}
    ),
    "noise": Injectable("each byte, both ways, may lose a bit", "25", _tamper("noise"), {"rate": 0.02}),
    "line_down": Injectable("the port is gone and comes back", "19", _line_down),
    "stop_refused": Injectable(
        "STP answered ?NA or ?COM while running", "3", _stop_refused, {"answer": "na"}
    ),
    "stop_ignored": Injectable("STP acknowledged, the plunger goes on", "4", _stop_ignored, {"lying": True}),
    "rate_ignored": Injectable(
        "RAT acknowledged, rate unchanged", "5", _quirk("is_rate_ignored", True, False)
    ),
    "power_blip": Injectable(
        "the pump loses power and reboots", "6", _power_blip, {"dark_ms": 300.0, "wakes_running": False}
    ),
    "forget_settings": Injectable("all settings are the factory's again", "7", _forget_settings),
    "watchdog_dead": Injectable("SAF accepted, never expires", "8", _quirk("is_watchdog_dead", True, False)),
    "overdelivery": Injectable("the motor runs fast", "11", _delivery, {"factor": 1.2, "counted": True}),
    "underdelivery": Injectable("the motor runs slow", "9", _delivery, {"factor": 0.5, "counted": True}),
    "counter_cleared": Injectable("the dispensed counters fall to 0", "12", _counter_cleared),
    "keypad_rate": Injectable("somebody turns the rate, mL/h", "15", _keypad_rate, {"ml_h": 100.0}),
    "keypad_stop": Injectable("somebody presses stop at the pump", "15", _keypad_stop),
    "keypad_run": Injectable("somebody presses start at the pump", "15", _keypad_run),
    "keypad_diameter": Injectable("somebody turns the diameter, mm", "13", _keypad_diameter, {"mm": 21.59}),
    "frozen_status": Injectable("every query gets its first answer again", "16", _frozen_status),
    "button_wire_break": Injectable(
        "the bedside button's cable is cut: it says nothing more", "53, BT1", _button_wire_break
    ),
    "other_pump": Injectable("VER answers another model", "21", _other_pump, {"version": "NE500V2.19"}),
}

EVENTS: dict[str, Injectable] = {
    "occlude": Injectable("the line is clamped", "9", _occlude),
    "release": Injectable("the clamp is taken off", "9", _release),
    "cuff_on": Injectable("a blood pressure cuff blows up", "", _cuff_on, {"same_arm": True}),
    "cuff_off": Injectable("the cuff lets go", "", _cuff_off),
    "cuff_same_arm": Injectable(
        "whether each cuff cycle squeezes the infusion arm, and the finger probe's",
        "LP0, ST2",
        _cuff_same_arm,
        {"on": True, "probe": True},
    ),
    "disconnect_line": Injectable("the line comes apart beside the sensor", "LP3", _disconnect_line),
    "reconnect_line": Injectable("the line is joined again", "LP3", _reconnect_line),
    "siphon": Injectable(
        "the pump stands this high and the plunger is loose: it empties without the motor (clinical.md 7)",
        "LP3",
        _siphon,
        {"cm": 160.0, "loose_ml": 0.35},
    ),
    "air_bubble": Injectable("a bubble reaches the air sensor", "AI1", _air_bubble, {"volume_ul": 60.0}),
    "air_drawn_off": Injectable("a person draws the bubble off", "AI1", _air_drawn_off),
    "button_press": Injectable("the bedside button is pressed and kept down", "BT1", _button_press),
    "button_release": Injectable("the bedside button is let go", "BT1", _button_release),
    "raise_height": Injectable("the pump is raised this far above the vein", "", _raise_height, {"cm": 50.0}),
}
