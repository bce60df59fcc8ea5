"""Every pump family behind the real daemon, on the wire it has: a treatment, and the daemon killed in the middle of it.

Theory of operation. What the families' own suites show of a driver is shown here of the whole: configuration, order,
lease, pause, half rate, and what becomes of the patient when nobody is left to poll. An Alaris takes 15 s to notice that,
so all families go through it at the same time, each in a rig of its own. Two of them have nothing but the volume of their
run to end it (New Era in basic mode, Chemyx): they are shown to go on, as the order and every status say. The New Era pump
has every other file here.
"""

import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from rig import ORDER, Rig, State, stages, why
from rig_programs import link_ms, pumpctl, pumpd
from rig_pumps import (
    ALARIS,
    ALARIS_TABLE,
    CHEMYX,
    HARVARD,
    MODBUS_RTU,
    MODBUS_TCP,
    NEW_ERA_BASIC,
    RISK,
    RigPump,
)

from pumpd.shell.pins import hash_pin

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

FAMILIES = (HARVARD, MODBUS_RTU, MODBUS_TCP, ALARIS, NEW_ERA_BASIC, CHEMYX)
#: A pump that nothing but its volume ends is shown to go on for longer than any lease that needs no acceptance.
GOES_ON_MS = 5_500.0
#: Of the true rate, measured over two seconds of a moving plunger.
RATE_PERMILLE = 30
#: The last digit of a dose as it is shown, rounded.
SHOWN_MG = Decimal("0.0005")


def stood_s(truth: State, since_s: float) -> float:
    """How long the plunger stood between a moment and the last one looked at."""
    ends = [one["t_s"] for one in truth["motions"][1:]] + [truth["t_s"]]
    pieces = zip(truth["motions"], ends, strict=True)
    return sum(max(0.0, end_s - max(one["t_s"], since_s)) for one, end_s in pieces if one["rate_nl_h"] == 0)


def flows_at(rig: Rig, rate_nl_h: int) -> None:
    """Told, read back and true: the rate that is shown is the one at which the plunger goes.

    A pump that runs in pieces stands at each seam for as long as its daemon takes to begin the next, which on a busy
    machine is no figure to hold: how fast it goes is asked of the pieces.
    """
    rig.until(lambda one: one["rate"]["reported_nl_h"] == rate_nl_h, 3.0, f"{rate_nl_h} nl/h read back")
    first = rig.sim.until(lambda now: now["rate_nl_h"] == rate_nl_h, 2.0, f"{rate_nl_h} nl/h at the motor")
    last = rig.sim.until(lambda now: now["t_s"] > first["t_s"] + 2.0, 4.0, "two seconds of flow")
    took_s = last["t_s"] - first["t_s"] - (stood_s(last, first["t_s"]) if rig.pump.in_pieces else 0.0)
    true_nl_h = (last["plunger_nl"] - first["plunger_nl"]) / took_s * 3600.0
    assert abs(true_nl_h - rate_nl_h) * 1000 <= rate_nl_h * RATE_PERMILLE, (true_nl_h, rate_nl_h)


def confirmed_pause(rig: Rig) -> None:
    """A nurse's pause, from the terminal: our stop is what halts the plunger."""
    pressed_ms = link_ms()
    done = pumpctl(rig.socket, "--as", "nina", "pause")
    assert (done.returncode, "confirmed" in done.stdout) == (0, True), done
    truth = rig.sim.until_halted(1.0)
    took_s = (truth["halted_at_link_ms"] - pressed_ms) / 1000.0
    rig.note(f"{rig.pump.sim}: pause, press to stand-still", took_s)
    assert took_s <= 1.0
    assert truth["halted_at_link_ms"] == truth["last_stop_rx_link_ms"]
    assert "paused by nina" in why(rig.until_word("PAUSED"))


def killed_and_alone(rig: Rig) -> None:
    """Nobody polls any more: the plunger stands within the family's bound, and no stop of ours did it."""
    pump = rig.pump
    before_nl = rig.sim.truth()["plunger_nl"]
    killed_ms = link_ms()
    rig.daemon.send(signal.SIGKILL)
    rig.daemon.wait(5.0)
    if pump.alone_s is None:
        truth = rig.sim.until(lambda now: now["link_ms"] > killed_ms + GOES_ON_MS, 10.0, "5.5 s are over")
        assert truth["running"], "it claims no bound, so it must have none"
        return
    truth = rig.sim.until_halted(pump.stands_within_s + 1.0)
    took_s = (truth["halted_at_link_ms"] - killed_ms) / 1000.0
    rig.note(f"{pump.sim}: kill -9, to stand-still (bound {pump.alone_s:g} s)", took_s)
    assert took_s <= pump.stands_within_s, f"{pump.sim} went on for {took_s:.2f} s"
    assert (truth["last_stop_rx_link_ms"] or 0.0) < killed_ms, "a stop reached it"
    most_nl = pump.full_nl_h * pump.stands_within_s / 3600.0
    assert truth["plunger_nl"] - before_nl <= most_nl, "what was given alone is bounded as well"


def comes_back_paused(rig: Rig) -> None:
    """Law 9: on the far side of a death nothing moves before a person says so."""
    rig.start_daemon()
    state = rig.until(
        lambda one: one["word"] == "PAUSED" and one["pump"]["motion"] == "halted", 8.0, "PAUSED, halted"
    )
    assert "daemon was restarted" in why(state), why(state)
    plunger_nl = rig.sim.truth()["plunger_nl"]
    rig.throughout(lambda one: one["word"] == "PAUSED", 1.5, "it stays paused")
    truth = rig.sim.truth()
    assert (truth["running"], truth["plunger_nl"]) == (False, plunger_nl), "it stands"


def volume_is_true(rig: Rig, state: State) -> None:
    """What is shown as given is what has left the syringe, within the last digit of the pump's counter."""
    plunger_nl, volume = rig.sim.truth()["plunger_nl"], state["volume"]
    assert abs(volume["infused_nl"] - plunger_nl) <= rig.pump.counter_step_nl, (volume, plunger_nl)


def interval_is_true(rig: Rig, state: State) -> None:
    """The dose that is shown as an interval contains what has left the syringe."""
    given_mg = Decimal(rig.sim.truth()["plunger_nl"]) * Decimal(ORDER["concentration_mg_per_ml"]) / 10**6
    low_mg, high_mg = (Decimal(state["dose"][f"given_{end}_mg"]) for end in ("low", "high"))
    assert low_mg - SHOWN_MG <= given_mg <= high_mg + SHOWN_MG, (state["dose"], given_mg)


def resume_to_half(rig: Rig) -> None:
    rig.monitor.cuff(125.0, 79.0)
    rig.resume_and_flow(within_s=10.0)
    flows_at(rig, rig.pump.half_nl_h)


def killed_and_back_at_once(rig: Rig) -> None:
    """The new daemon is there before the lease is over: it halts what it finds running."""
    killed_ms = link_ms()
    rig.daemon.send(signal.SIGKILL)
    rig.daemon.wait(5.0)
    comes_back_paused(rig)
    took_s = (rig.sim.truth()["halted_at_link_ms"] - killed_ms) / 1000.0
    rig.note(f"{rig.pump.sim}: kill -9 and a new daemon at once, to stand-still", took_s)
    assert took_s <= 5.0


def unbound(rig: Rig) -> None:
    """No bound in time: what it gave alone is counted from the pump's own counter, by the daemon that comes after."""
    confirmed_pause(rig)
    resume_to_half(rig)
    interval_is_true(rig, rig.status())
    killed_and_alone(rig)
    rig.start_daemon()
    state = rig.until(lambda one: one["pump"]["motion"] == "halted", 8.0, "halted")
    rig.sim.until_halted(1.0)
    assert state["word"] in ("STOPPED", "PAUSED"), state
    state = counts_on(rig)
    assert Decimal(state["dose"]["given_high_mg"]) < Decimal(state["dose"]["prescribed_mg"]) / 10, state[
        "dose"
    ]


def counts_on(rig: Rig) -> State:
    """A counter that is cleared at each start is known after a restart for what it is: nothing counted twice or lost."""
    state = rig.until(lambda one: one["rate"]["reported_nl_h"] == 0, 3.0, "read back at rest")
    volume_is_true(rig, state)
    interval_is_true(rig, state)
    assert "counter was cleared" not in why(state), why(state)
    return state


def story(rig: Rig) -> None:
    """A treatment with two deaths in it, as told and as the plunger has it."""
    rig.start_daemon()
    rig.begin()
    has_risk = rig.pump in (ALARIS, NEW_ERA_BASIC, CHEMYX)
    assert ("accepted: " + RISK in rig.order_said) is has_risk, rig.order_said
    assert (RISK in rig.status()["pump"]["accepted_risk"]) is has_risk
    flows_at(rig, rig.pump.full_nl_h)
    if rig.pump is CHEMYX:
        unbound(rig)
        return
    killed_and_alone(rig)
    comes_back_paused(rig)
    counts_on(rig)
    if rig.pump.latches:
        rig.sim.fault("keypad_stop")
    resume_to_half(rig)
    confirmed_pause(rig)
    resume_to_half(rig)
    killed_and_back_at_once(rig)
    counts_on(rig)
    assert stages(rig.press("stop"))[-1] == "confirmed"
    rig.until_word("STOPPED")
    assert not rig.sim.truth()["running"]
    restarted_between_sessions(rig)


def restarted_between_sessions(rig: Rig) -> None:
    """What our own restart did to a pump (its lease, a driver's sum) is no act of the pump's."""
    rig.daemon.send(signal.SIGKILL)
    rig.daemon.wait(5.0)
    rig.start_daemon()
    rig.until(lambda one: one["pump"]["motion"] == "halted", 8.0, "read back")
    rig.throughout(
        lambda one: not any(alarm["rule"] == "PUMP-ACT" for alarm in one["alarms"]),
        1.0,
        "it did nothing itself",
    )


def told(rig: Rig) -> None:
    """Its story, and the family's name with whatever is wrong in it."""
    try:
        story(rig)
    except Exception as error:
        error.add_note(rig.pump.sim)
        raise


def test_every_family_treats_pauses_and_stands_still_when_its_daemon_is_killed(
    make_rig: Callable[..., Rig],
) -> None:
    """I2, I6, I7, I9, I11, law 7, law 9, rows 90, 91."""
    rigs = [make_rig(pump=pump) for pump in FAMILIES]
    with ThreadPoolExecutor(len(rigs)) as pool:
        stories = [pool.submit(told, rig) for rig in rigs]
    failed = [error for one in stories if isinstance(error := one.exception(), Exception)]
    if failed:
        raise ExceptionGroup("families", failed)


# a configuration as an engineer gets it wrong

SITE = """\
[site]
name = "ward-3"
[broker]
host = "127.0.0.1"
port = 1883
tls = false
[journal]
path = "{dir}/journal.sqlite"
[console]
socket = "{dir}/console.sock"
[[users]]
name = "nina"
roles = ["nurse"]
pin_scrypt = "{pin}"
[[users]]
name = "dora"
roles = ["prescriber"]
pin_scrypt = "{other_pin}"
[[channels]]
name = "bed-1"
bed = "bed-1"
monitors = ["monitor-1"]
transducer = "transducer-1"
"""


def checked(folder: Path, *keys: str) -> tuple[int, list[str]]:
    """`pumpd check` of a site whose pump has these keys: exit status, and what is said, lines counted from the pump's."""
    path = folder / "pumpd.toml"
    pump = "\n".join(("[channels.pump]", *keys))
    hashes = {"pin": hash_pin("24680"), "other_pin": hash_pin("13579")}
    path.write_text(SITE.format(dir=folder, **hashes) + pump + "\n")
    argv = pumpd("check", "--config", str(path))
    done = subprocess.run(argv, capture_output=True, text=True, timeout=20, check=False)
    assert "Traceback" not in done.stderr
    assert [one.name for one in folder.iterdir()] == ["pumpd.toml"], "nothing was opened"
    table_line, told = SITE.count("\n") + 1, []
    for one in done.stderr.splitlines():
        line, _, words = one.removeprefix(f"{path}:").partition(":")
        told.append(f"{int(line) - table_line:+}:{words}")
    return done.returncode, told


PORT = 'port = "/dev/ttyUSB0"'
ALARIS_KEYS = tuple(ALARIS_TABLE.splitlines())
#: What is wrong, and what is said of it: how many lines below `[channels.pump]`, and the words.
FAULTY = {
    "no such family": (
        ('driver = "braun"', PORT),
        '+1: channels[bed-1].pump.driver = "braun": no such pump family is installed; '
        "installed are alaris, chemyx, harvard, modbus, new_era",
    ),
    "a key of another family": (
        ('driver = "harvard"', PORT, 'model = "11 ELITE"', "unit = 3"),
        "+4: channels[bed-1].pump.unit = 3: pumps of the family harvard have no such key",
    ),
    "a value outside its limits": (
        ('driver = "modbus"', PORT, 'model = "PUMPD-1"', "lease_s = 60"),
        "+4: channels[bed-1].pump.lease_s = 60: must be 1 to 5",
    ),
    "a map that is not there": (
        ('driver = "modbus"', PORT, 'model = "PUMPD-1"', 'map = "prominent"'),
        '+4: channels[bed-1].pump.map = "prominent": ',
    ),
    "a key left out": (
        ('driver = "alaris"', PORT, *ALARIS_KEYS[2:], f'accepted_risk = "{RISK}"'),
        "+0: channels[bed-1].pump.serial: must be given; the serial number as the pump says it",
    ),
    "a risk nobody accepted": (
        (*ALARIS_KEYS, PORT),
        "+0: channels[bed-1].pump: this pump goes on for up to 15 s when the host falls silent; "
        "write why this site accepts that as accepted_risk, or use another pump",
    ),
    "a risk accepted with nothing": (
        (*ALARIS_KEYS, PORT, 'accepted_risk = ""'),
        "+0: channels[bed-1].pump: this pump goes on for up to 15 s when the host falls silent; ",
    ),
    "basic mode that nobody accepted": (
        ('driver = "new_era"', PORT, 'model = "NE1000"', 'protocol = "basic"'),
        '+4: channels[bed-1].pump.protocol = "basic": nothing stops this pump when the host falls silent before it has '
        "given the whole volume of its run; write why this site accepts that as accepted_risk, or use another pump",
    ),
    "a lease in basic mode": (
        ('driver = "new_era"', PORT, 'model = "NE1000"', 'protocol = "basic"', "lease_s = 3"),
        "+5: channels[bed-1].pump.lease_s = 3: in basic mode the pump has no watchdog that could be set; leave it out",
    ),
    "a pump that nothing names": (
        ('driver = "harvard"', PORT),
        "+0: channels[bed-1].pump.model: a line must be bound to a pump, for example model 11 ELITE",
    ),
    "a transport that does not go with the port": (
        ('driver = "modbus"', PORT, 'model = "PUMPD-1"', 'transport = "tcp"'),
        '+4: channels[bed-1].pump.transport = "tcp": /dev/ttyUSB0: transport tcp needs a port like tcp:HOST:502',
    ),
    "a syringe that is in no table": (
        (*ALARIS_KEYS[:2], "syringe_um = 26000", ALARIS_KEYS[3], PORT, f'accepted_risk = "{RISK}"'),
        "+0: channels[bed-1].pump: this pump can take none of the syringes allowed here",
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_pump_that_is_described_wrongly_is_refused_with_the_reason(tmp_path: Path, name: str) -> None:
    """Row 102, I25, law 7: one message, at its line, in words that say what to do."""
    keys, expected = FAULTY[name]
    status, told = checked(tmp_path, *keys)
    assert status == 2
    assert len(told) == 1, told
    assert told[0].startswith(expected), told[0]


@pytest.mark.parametrize("pump", FAMILIES, ids=lambda pump: pump.sim)
def test_the_pumps_of_this_file_are_described_well(tmp_path: Path, pump: RigPump) -> None:
    """The faults above are what is refused, not the families."""
    port = 'port = "tcp:10.0.0.7:502"' if pump.is_tcp else PORT
    assert checked(tmp_path, *pump.table.splitlines(), port) == (0, [])
