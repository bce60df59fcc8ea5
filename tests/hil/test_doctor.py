"""`pumpd doctor` on a bench with real wires: what is well, and every kind of FAIL brought about for real.

Theory of operation. The verdicts have their own tests; here the probes meet mosquitto (plain, with accounts, with an access
list that starves, with TLS), pumps on ptys and TCP, a live daemon, and a disk. What the doctor must not do is watched from
the far side: the plunger stands where it stood, and a pump that a daemon holds hears nobody else.
"""

import json
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hand_monitor import HandMonitor
from real_mosquitto import Certificates, Mosquitto
from rig import Rig
from rig_programs import Program, Sim, pumpd
from rig_pumps import ALARIS, CHEMYX, HARVARD, MODBUS_TCP, NEW_ERA, NEW_ERA_BASIC, RigPump
from test_gateway_feed import GATEWAYED, PolledMonitor

from pumpd.shell.pins import hash_pin

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

LISTEN_S = "2"
Told = dict[tuple[str, str], dict[str, Any]]


def doctor(config: Path, *arguments: str) -> tuple[int, Told]:
    """Exit status and findings by (check, first word of the subject and what follows)."""
    argv = ("doctor", "--config", str(config), "--json", "--account", "root", "--listen", LISTEN_S)
    panel = () if "--panel" in arguments else ("--panel", "none")
    done = subprocess.run(
        pumpd(*argv, *panel, *arguments), capture_output=True, text=True, timeout=90, check=False
    )
    assert done.stdout.startswith("{"), done
    return done.returncode, {
        (one["check"], one["subject"]): one for one in json.loads(done.stdout)["findings"]
    }


def once_a_second(measured: str) -> bool:
    """As the stand-in's own clock and two seconds of listening can tell it."""
    return any(f"{rate}/s from monitor-1" in measured for rate in ("0.9", "1.0", "1.1"))


def failed(told: Told) -> set[tuple[str, str]]:
    return {place for place, one in told.items() if one["level"] == "FAIL"}


def test_a_bench_in_order_is_well_and_its_pump_stands_where_it_stood(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    before = rig.sim.truth()
    status, told = doctor(rig.write_config())
    assert (status, failed(told)) == (1, set()), (
        told
    )  # no NTP and no systemd here, and no cuff in two seconds
    assert "NE1000" in told["pump", "bed-1"]["measured"]
    assert told["watchdog", "bed-1"]["measured"] == "armed, 2 s, read back"
    assert "delivering" in told["subscription", "bed-1"]["measured"]
    assert once_a_second(told["signal", "bed-1 heart rate"]["measured"])
    after = rig.sim.truth()
    assert (after["running"], after["plunger_nl"]) == (False, before["plunger_nl"])


@pytest.mark.parametrize("pump", [HARVARD, MODBUS_TCP, ALARIS, CHEMYX], ids=lambda one: one.sim)
def test_every_family_says_who_it_is_and_what_its_watchdog_is(
    make_rig: Callable[..., Rig], pump: RigPump
) -> None:
    rig = make_rig(pump=pump)
    _, told = doctor(rig.write_config())
    assert told["pump", "bed-1"]["level"] == "ok", told["pump", "bed-1"]
    assert told["watchdog", "bed-1"]["level"] in ("ok", "warn")
    assert not rig.sim.truth()["running"]


def test_a_watchdog_is_tested_by_silence_and_a_dead_one_is_found(make_rig: Callable[..., Rig]) -> None:
    """Faults row 8; F39."""
    rig = make_rig()
    config = rig.write_config()
    _, told = doctor(config, "--test-watchdog")
    assert "TESTED: after 3 s" in told["watchdog", "bed-1"]["measured"]
    rig.sim.fault("watchdog_dead")
    status, told = doctor(config, "--test-watchdog")
    assert status == 2
    assert failed(told) == {("watchdog", "bed-1")}
    assert "take this pump out of use" in told["watchdog", "bed-1"]["remedy"]
    assert rig.sim.truth()["plunger_nl"] == 0


def test_beside_a_daemon_that_treats_the_port_is_left_alone(make_rig: Callable[..., Rig]) -> None:
    """I13; a watchdog is not tried while a session is under way, nor after the daemon died in one."""
    rig = make_rig()
    rig.start_daemon()
    rig.begin()
    config = rig.folder / "pumpd.toml"
    _, told = doctor(config, "--test-watchdog")
    assert "runs with this file: bed-1 INFUSING" in told["daemon", ""]["measured"]
    assert "the port was left alone" in told["pump", "bed-1"]["measured"]
    assert "NOT tested: a daemon runs" in told["watchdog", "bed-1"]["measured"]
    assert "the daemon has 124" in told["signal", "bed-1 systolic"]["measured"]
    assert rig.status()["word"] == "INFUSING"
    assert not rig.status()["feed"]["rejected"], "our listening is heard by nobody"
    rig.daemon.send(signal.SIGKILL)
    rig.daemon.wait(5.0)
    rig.sim.until_halted(4.0)
    _, told = doctor(config, "--test-watchdog")
    assert "NOT tested: the journal says that a session is infusing" in told["watchdog", "bed-1"]["measured"]
    assert told["journal", ""]["level"] == "ok"


def test_a_pump_that_runs_without_a_daemon_is_told_and_neither_stopped_nor_moved(
    make_rig: Callable[..., Rig],
) -> None:
    """Basic mode: nothing but its volume ends it (docs/decisions/0020). To stop it is a person's, or stop-all's."""
    rig = make_rig(pump=NEW_ERA_BASIC)
    rig.start_daemon()
    rig.begin()
    rig.daemon.send(signal.SIGKILL)
    rig.daemon.wait(5.0)
    rate_nl_h = rig.sim.truth()["rate_nl_h"]
    _, told = doctor(rig.folder / "pumpd.toml")
    assert told["pump", "bed-1"]["level"] == "FAIL"
    assert "it says infusing at 26.2 mL/h" in told["pump", "bed-1"]["measured"]
    assert "pumpd stop-all" in told["pump", "bed-1"]["remedy"]
    truth = rig.sim.truth()
    assert (truth["running"], truth["rate_nl_h"]) == (True, rate_nl_h)


def test_a_wrong_pump_a_silent_one_and_an_unplugged_one(make_rig: Callable[..., Rig], tmp_path: Path) -> None:
    rig = make_rig()
    config = rig.write_config()
    rig.sim.fault("other_pump", version="NE500V2.19")
    status, told = doctor(config)
    assert (status, failed(told)) == (2, {("pump", "bed-1")})
    assert "another one answers" in told["pump", "bed-1"]["measured"]
    rig.sim.do(do="clear")
    rig.sim.fault("request_lost", for_s=30.0)
    _, told = doctor(config)
    assert "no answer within 4 s" in told["pump", "bed-1"]["measured"]
    gone = rig.write_config(port=str(tmp_path / "none"))
    _, told = doctor(gone)
    assert failed(told) == {("port", "bed-1")}
    assert "not asked: see its port" in told["pump", "bed-1"]["measured"]


def test_a_journal_without_its_head_and_a_missing_folder(make_rig: Callable[..., Rig]) -> None:
    """I22."""
    rig = make_rig()
    rig.start_daemon()
    rig.daemon.send(signal.SIGTERM)
    assert rig.daemon.wait(5.0) == 0
    rig.journal.with_name(rig.journal.name + ".head").unlink()
    _, told = doctor(rig.folder / "pumpd.toml")
    assert failed(told) == {("journal", "")}
    absent = rig.write_config(journal=str(rig.folder / "no-such-folder" / "journal.sqlite"))
    _, told = doctor(absent)
    assert {check for check, _ in failed(told)} == {"disk", "folder"}


def test_a_panel_that_is_not_there_and_one_that_answers(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    rig.start_daemon()
    config = rig.folder / "pumpd.toml"
    _, told = doctor(config, "--panel", "http://127.0.0.1:1")
    assert failed(told) == {("panel", "")}
    panel = Program(
        "panel",
        pumpd(
            *("panel", "--socket", str(rig.socket), "--listen", "127.0.0.1:0"),
            *("--pair-file", str(rig.folder / "pair.json")),
        ),
    )
    rig.programs.append(panel)
    url = panel.wait_for_line("READY").split()[1].partition("/pair")[0]
    _, told = doctor(config, "--panel", url)
    assert told["panel", ""]["level"] == "ok", told["panel", ""]


# -- the broker --------------------------------------------------------------------------------------------------


@pytest.fixture
def sim(tmp_path: Path) -> Iterator[Sim]:
    made = Sim(tmp_path, NEW_ERA)
    yield made
    made.close()


def _config(folder: Path, broker: Mosquitto, *lines: str, tls: bool = False) -> Path:
    users = "".join(
        f'[[users]]\nname = "{who}"\nroles = ["{role}"]\npin_scrypt = "{hash_pin(pin)}"\n'
        for who, role, pin in (("nina", "nurse", "24680"), ("dora", "prescriber", "13579"))
    )
    path = folder / "pumpd.toml"
    path.write_text(
        f'[site]\nname = "bench"\n[broker]\nhost = "127.0.0.1"\nport = {broker.port}\n'
        f"tls = {'true' if tls else 'false'}\nkeepalive_s = 1\n"
        + "".join(f"{line}\n" for line in lines)
        + users
        + f'[journal]\npath = "{folder}/journal.sqlite"\n[console]\nsocket = "{folder}/c.sock"\n'
        f'[[channels]]\nname = "bed-1"\nbed = "bed-1"\nmonitors = ["monitor-1"]\n'
        f'[channels.pump]\nport = "{folder}/pump"\n{NEW_ERA.table}'
    )
    return path


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Mosquitto]]:
    made: list[Mosquitto] = []

    def begin(*lines: str, certificates: Certificates | None = None) -> Mosquitto:
        made.append(Mosquitto(tmp_path / f"broker-{len(made)}", *lines, certificates=certificates))
        made[-1].start()
        return made[-1]

    yield begin
    for one in made:
        one.close()


def test_no_broker_no_account_and_a_wrong_password(
    sim: Sim, tmp_path: Path, start: Callable[..., Mosquitto]
) -> None:
    broker = (
        start("allow_anonymous false", "password_file {dir}/accounts") if _accounts(tmp_path) else start()
    )
    secret = tmp_path / "password"
    secret.write_text("right\n")
    secret.chmod(0o640)
    account = ('username = "pumpd"', f'password_file = "{secret}"')
    _, told = doctor(_config(tmp_path, broker, *account))
    assert told["login", ""]["level"] == "ok", told["login", ""]
    secret.write_text("wrong\n")
    _, told = doctor(_config(tmp_path, broker, *account))
    assert failed(told) == {("login", "")}
    secret.unlink()
    _, told = doctor(_config(tmp_path, broker, *account))
    assert failed(told) == {("login", ""), ("secret", "password_file")}
    broker.stop()
    _, told = doctor(_config(tmp_path, broker))
    assert failed(told) == {("broker", "")}
    assert "Connect call failed" in told["broker", ""]["measured"]


def _accounts(folder: Path) -> bool:
    place = folder / "broker-0"
    place.mkdir(exist_ok=True)
    subprocess.run(
        ["mosquitto_passwd", "-b", "-c", str(place / "accounts"), "pumpd", "right"],
        check=True,
        capture_output=True,
    )
    return True


def test_an_access_list_that_grants_and_starves_is_found(
    sim: Sim, tmp_path: Path, start: Callable[..., Mosquitto]
) -> None:
    """Row 44: granted, nothing delivered; only a word that arrives is a proof."""
    place = tmp_path / "broker-0"
    place.mkdir()
    (place / "acl").write_text("topic write pumpd/v1/#\n")
    starved = start("acl_file {dir}/acl")
    monitor = HandMonitor(starved.port, "tok-1")
    monitor.start()
    try:
        status, told = doctor(_config(tmp_path, starved))
    finally:
        monitor.close()
    assert status == 2
    assert ("subscription", "bed-1") in failed(told)
    assert "granted, and nothing is delivered" in told["subscription", "bed-1"]["measured"]
    assert "topic read pumpd/v1/vitals/#" in told["subscription", "bed-1"]["remedy"]
    quiet = start()
    _, told = doctor(_config(tmp_path, quiet))
    assert "our own word came back" in told["subscription", "bed-1"]["measured"]
    assert told["subscription", "bed-1"]["level"] == "warn"
    assert failed(told) == {("signal", "bed-1 heart rate"), ("signal", "bed-1 SpO2")}


def test_what_a_gateway_sends_and_nobody_understands_is_listed(
    sim: Sim, tmp_path: Path, start: Callable[..., Mosquitto]
) -> None:
    broker = start()
    monitor = HandMonitor(broker.port, "tok-1")
    monitor.start()
    gateway = Program(
        "gateway",
        [
            "sh",
            "-c",
            f"while :; do mosquitto_pub -p {broker.port} -t pumpd/v1/vitals/bed-1/gateway -m HR=72; sleep 0.2; done",
        ],
    )
    try:
        _, told = doctor(_config(tmp_path, broker))
    finally:
        gateway.close()
        monitor.close()
    assert told["words", "bed-1 gateway"]["level"] == "warn"
    assert "unbound_device" in told["words", "bed-1 gateway"]["measured"]
    assert told["signal", "bed-1 heart rate"]["level"] == "ok"


def test_what_a_gateway_of_others_sends_is_admitted_by_its_table_and_the_rest_is_listed(
    make_rig: Callable[..., Rig],
) -> None:
    rig = make_rig(pump=GATEWAYED)
    rig.monitor.close()
    rig.monitor = PolledMonitor(rig.broker.port, "tok-1")
    rig.monitor.start()
    _, told = doctor(rig.write_config())
    assert "delivering" in told["subscription", "bed-1"]["measured"]
    assert once_a_second(told["signal", "bed-1 heart rate"]["measured"])
    assert "NOM_TEMP_BLD" in told["words", "monitor-1"]["measured"]


def test_tls_that_is_right_foreign_for_another_name_and_without_our_certificate(
    sim: Sim, tmp_path: Path, start: Callable[..., Mosquitto]
) -> None:
    made = Certificates(tmp_path / "tls")
    broker = start(certificates=made)
    ours = (f'cert_file = "{made.client}"', f'key_file = "{made.client_key}"')
    _, told = doctor(_config(tmp_path, broker, f'ca_file = "{made.ca}"', *ours, tls=True))
    trusted = told["tls", "broker's certificate"]
    assert "chain and name 127.0.0.1 right; good for 1 more day(s)" in trusted["measured"]
    assert trusted["level"] == "warn", "a certificate of two days is soon over"
    assert told["login", ""]["measured"] == "accepted as anonymous with our certificate"
    _, told = doctor(_config(tmp_path, broker, f'ca_file = "{made.other_ca}"', *ours, tls=True))
    assert failed(told) == {("tls", "broker's certificate")}
    assert "signed by none of" in told["tls", "broker's certificate"]["remedy"]
    path = _config(tmp_path, broker, f'ca_file = "{made.ca}"', *ours, tls=True)
    path.write_text(path.read_text().replace('host = "127.0.0.1"', 'host = "127.1"'))
    _, told = doctor(path)
    assert failed(told) == {("tls", "broker's certificate")}, "the same machine by a name it does not carry"
    assert "must carry 127.1" in told["tls", "broker's certificate"]["remedy"]
    _, told = doctor(_config(tmp_path, broker, f'ca_file = "{made.ca}"', tls=True))
    assert ("login", "") in failed(told), "the broker wants a certificate of ours"
    _, told = doctor(_config(tmp_path, broker, f'ca_file = "{tmp_path}/none.pem"', *ours, tls=True))
    assert failed(told) == {("tls", f"ca_file {tmp_path}/none.pem")}
