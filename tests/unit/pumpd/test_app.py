"""The whole daemon in one process, with nothing real behind it: no pump, no broker, one journal, one console."""

import asyncio
import gc
import hashlib
import json
import os
import pty
import shutil
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from real_mosquitto import Certificates
from service_ear import ServiceEar
from site_bench import refusing_port, site

from interlocks.vocabulary import Sample, Signal, Stamp
from pumpd import config as cfg
from pumpd.app import Daemon
from pumpd.clock import Clock
from pumpd.console_client import ConsoleClient
from pumpd.shell.console_socket import ConsoleUnavailable
from pumpd.shell.feeds import arrivals
from pumpd.shell.journal_file import JournalRefused, read, verify
from pumpd.shell.port_claim import PortTaken
from pumpd.shell.record import CONFIGURATION, DECISION, load_decision

WITHIN_S = 20.0


def loaded(folder: Path, **changes: Any) -> cfg.Config:
    return cfg.parse(site(folder, **{"broker_port": refusing_port(), **changes}), "site.toml")


@asynccontextmanager
async def serving(config: cfg.Config, clock: Clock | None = None) -> AsyncIterator[Daemon]:
    """A daemon from READY to its end by SIGTERM."""
    ready = asyncio.Event()
    daemon = Daemon(config, clock or Clock())
    running = asyncio.ensure_future(daemon.run(ready.set))
    try:
        async with asyncio.timeout(WITHIN_S):
            await asyncio.wait({running, asyncio.ensure_future(ready.wait())}, return_when="FIRST_COMPLETED")
            if running.done():
                running.result()
            try:
                yield daemon
            finally:
                os.kill(os.getpid(), signal.SIGTERM)  # its own handler is in place since before READY
                await running
    finally:
        gc.unfreeze()


async def asked(config: cfg.Config, question: Callable[[ConsoleClient], Any]) -> Any:
    return await asyncio.to_thread(question, ConsoleClient(config.console.socket))


async def shown_until(config: cfg.Config, claim: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """The first state shown for which a claim holds."""

    def watch(client: ConsoleClient) -> dict[str, Any]:
        with client.watch("bed-1") as states:
            return next(state for state in states if claim(state))

    state: dict[str, Any] = await asked(config, watch)
    return state


# -- the life of a daemon --------------------------------------------------------------------------------------


async def test_without_a_pump_or_a_broker_the_console_says_so_and_the_end_is_clean(tmp_path: Path) -> None:
    """Law 9 and design 3: what is missing is shown, nothing is waited for, SIGTERM ends it."""
    config = loaded(tmp_path)
    async with serving(config):
        state = await asked(config, lambda client: client.status("bed-1"))
        assert state["word"] == "NO PUMP"
        down = await shown_until(config, lambda one: "not connected" not in one["feed"]["reason"])
        assert down["feed"]["link"] == "down"
    assert not Path(config.console.socket).exists()
    assert verify(Path(config.journal.path)).ok


async def test_a_pause_is_taken_without_a_pump_and_is_said_not_to_be_confirmed(tmp_path: Path) -> None:
    """Law 5: never "paused" because we sent something."""
    config = loaded(tmp_path)
    async with serving(config):
        replies = await asked(config, lambda client: list(client.request("pause", "bed-1", "nina")))
    assert [one["stage"] for one in replies] == ["accepted", "not_confirmed"]


async def test_the_record_begins_with_the_configuration_and_the_start(tmp_path: Path) -> None:
    more = "[limits]\nsystolic_slow_mmhg = 150\n[shadow]\nsystolic_slow_mmhg = 145\n"
    config = loaded(tmp_path, more=more)
    async with serving(config):
        pass
    records = list(read(Path(config.journal.path), 0, [CONFIGURATION, DECISION]))
    assert [one.kind for one in records[:2]] == [CONFIGURATION, DECISION]
    written = json.loads(records[0].body)
    assert written["channel"] == config.channels[0].model_dump(mode="json")
    assert (written["limits"], written["shadow"]) == (
        {"systolic_slow_mmhg": 150},
        {"systolic_slow_mmhg": 145},
    )
    assert load_decision(records[1].body).event.kind == "daemon_started"


async def test_the_control_cycle_beats(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    async with serving(config):
        first = await asked(config, lambda client: client.status("bed-1"))
        await shown_until(config, lambda one: one["link_ms"] > first["link_ms"] + 300)
    kinds = [load_decision(one.body).event.kind for one in read(Path(config.journal.path), 0, [DECISION])]
    assert kinds.count("ticked") >= 3


async def test_the_beds_of_a_long_control_cycle_do_not_all_have_their_turn_at_once(tmp_path: Path) -> None:
    """The pumps of sixteen beds are asked in two halves of the period, for a crossing comes between (decision 0036)."""
    beds = "".join(
        f'[[channels]]\nname = "bed-{number}"\nbed = "bed-{number}"\nmonitors = ["monitor-{number}"]\n'
        f'[channels.pump]\ndriver = "new_era"\nport = "{tmp_path}/none-{number}"\nmodel = "NE1000"\n'
        for number in range(2, 17)
    )
    config = loaded(tmp_path, more=beds)
    async with serving(config):
        first = await asked(config, lambda client: client.status("bed-1"))
        await shown_until(config, lambda one: one["link_ms"] > first["link_ms"] + 1_000)
    ticked: dict[str, list[int]] = {"bed-1": [], "bed-16": []}
    for one in read(Path(config.journal.path), 0, [DECISION]):
        event = load_decision(one.body).event
        if event.kind == "ticked" and one.channel in ticked:
            ticked[one.channel].append(event.at.link_ms)
    waits_ms = [
        min(late - early for late in ticked["bed-16"] if late >= early) for early in ticked["bed-1"][:-1]
    ]
    assert len(waits_ms) >= 5
    assert sorted(waits_ms)[len(waits_ms) // 2] >= 40, waits_ms


async def test_the_overseer_hears_ready_after_a_first_cycle_then_pings_and_at_last_stopping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Design 3: READY only when the console listens and each channel has been decided (I20, law 7)."""
    ear = ServiceEar(tmp_path / "notify")
    for name, value in ear.environment(2.0, os.getpid()).items():
        monkeypatch.setenv(name, value)
    try:
        async with serving(loaded(tmp_path)):
            ready_ms = await asyncio.to_thread(ear.wait_for, "READY=1", WITHIN_S)
            first = ear.said[0][1]
            await asyncio.to_thread(ear.wait_for, "WATCHDOG=1", 2.0, ready_ms)
        await asyncio.to_thread(ear.wait_for, "STOPPING=1", 2.0, ready_ms)
    finally:
        ear.close()
    assert first.startswith("READY=1\nSTATUS=bed-1 ")


async def test_a_second_daemon_on_the_same_journal_is_refused_before_it_touches_anything(
    tmp_path: Path,
) -> None:
    """Two daemons on one set of pumps is a hazard; the first goes on undisturbed."""
    config = loaded(tmp_path)
    other = loaded(tmp_path, socket=tmp_path / "other.sock", port=tmp_path / "another-pump")
    async with serving(config):
        with pytest.raises(JournalRefused, match="another pumpd"):
            await Daemon(other, Clock()).run()
        same_port = loaded(tmp_path, socket=tmp_path / "other.sock", journal=tmp_path / "other.sqlite")
        with pytest.raises(PortTaken, match="another pumpd"):
            await Daemon(same_port, Clock()).run()
        assert not (tmp_path / "other.sqlite").exists()
        assert not (tmp_path / "other.sock").exists()
        assert (await asked(config, lambda client: client.status("bed-1")))["word"] == "NO PUMP"


async def test_a_restart_takes_up_what_the_journal_holds(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    async with serving(config):
        before = await asked(config, lambda client: client.status("bed-1"))
    async with serving(config):
        after = await asked(config, lambda client: client.status("bed-1"))
    assert after["boot"] != before["boot"]
    assert after["epoch"] >= before["epoch"]


async def test_a_console_that_cannot_be_served_ends_the_start(tmp_path: Path) -> None:
    """Nobody could pause such a daemon, and READY would never be said: it must not hang there unseen."""
    config = loaded(tmp_path, socket=tmp_path / "missing" / "console.sock")
    said: list[str] = []
    async with asyncio.timeout(WITHIN_S):
        with pytest.raises(ConsoleUnavailable, match="directory must exist"):
            await Daemon(config, Clock()).run(lambda: said.append("READY"))
    assert said == []
    assert verify(tmp_path / "journal.sqlite").ok


async def test_a_disk_that_cannot_be_written_is_shown_and_the_daemon_comes_up_all_the_same(
    tmp_path: Path,
) -> None:
    """Design 10: no raise without a record, an alarm at once, a stop regardless."""
    (tmp_path / "journal.sqlite").mkdir()
    config = loaded(tmp_path)
    async with serving(config):
        state = await asked(config, lambda client: client.status("bed-1"))
        assert state["journal"]["ok"] is False
        replies = await asked(config, lambda client: list(client.request("pause", "bed-1", "nina")))
        assert replies[0]["stage"] == "accepted"


async def test_row_82_the_room_on_the_journal_s_disk_is_known_within_a_second(tmp_path: Path) -> None:
    """Of all channels: each of them writes there."""
    config = loaded(tmp_path, more=SECOND)
    async with serving(config) as daemon:
        state = await shown_until(config, lambda one: one["journal"]["free_mb"] is not None)
        rooms = [one.state.journal_room for one in daemon._channels.values()]
    assert state["link_ms"] < 2_000
    assert [one is not None and one.channels for one in rooms] == [2, 2]
    assert 0 < state["journal"]["free_mb"] <= shutil.disk_usage(tmp_path).total / 1e6


@pytest.mark.mosquitto  # openssl
async def test_row_43_a_certificate_that_ends_is_an_alarm_at_the_bed(tmp_path: Path) -> None:
    made = Certificates(tmp_path / "pem")
    text = site(tmp_path, broker_port=refusing_port(), broker=f'ca_file = "{made.ca}"')
    config = cfg.parse(text.replace("tls = false", "tls = true"), "site.toml")
    async with serving(config):
        state = await shown_until(config, lambda one: any(it["key"] == "CERTIFICATE" for it in one["alarms"]))
    (alarm,) = (one for one in state["alarms"] if one["key"] == "CERTIFICATE")
    assert (alarm["priority"], alarm["text"].partition(" on ")[0]) == (
        "low",
        "the certificate in broker.ca_file ends",
    )


async def test_row_88_a_step_of_the_wall_clock_is_written_down_once_and_shifts_no_time(
    tmp_path: Path,
) -> None:
    config, hour_ns, stepped_ns = loaded(tmp_path), 3_600_000_000_000, [0]
    async with serving(config, Clock(wall_ns=lambda: time.time_ns() + stepped_ns[0])):
        before = await asked(config, lambda client: client.status("bed-1"))
        stepped_ns[0] = hour_ns
        later = before["link_ms"] + 500
        after = await shown_until(config, lambda one: one["link_ms"] > later)
    assert after["wall_ms"] - before["wall_ms"] == after["link_ms"] - before["link_ms"]
    noted = [one for one in read(Path(config.journal.path)) if one.kind == "wall_clock_stepped"]
    assert [json.loads(one.body)["text"] for one in noted] == ["the wall clock stepped by 3600000 ms"]


@pytest.mark.parametrize("content", [None, "", "\nsecret\n"])
async def test_a_broker_password_that_cannot_be_read_is_a_refusal_with_its_reason(
    tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "password"
    if content is not None:
        file.write_text(content)
    config = loaded(tmp_path, broker=f'username = "pumpd"\npassword_file = "{file}"')
    with pytest.raises(cfg.ConfigRefused, match="password"):
        Daemon(config, Clock())


async def test_a_kind_of_sounder_that_is_not_installed_is_a_refusal_with_its_place(tmp_path: Path) -> None:
    config = loaded(tmp_path, more='[[sounders]]\nkind = "horn"\ndevice = "/dev/tty1"\n')
    with pytest.raises(cfg.ConfigRefused, match=r"^sounders\[1\]\.kind: horn is no kind .* known: bell"):
        Daemon(config, Clock())


async def test_a_bell_that_works_is_a_listener_of_every_channel_and_one_that_fails_is_shown(
    tmp_path: Path,
) -> None:
    ours, theirs = pty.openpty()
    bells = [
        f'[[sounders]]\nkind = "bell"\ndevice = "{one}"\n' for one in (os.ttyname(theirs), "/dev/nobell")
    ]
    config = loaded(tmp_path, more=SECOND + "".join(bells))
    async with serving(config) as daemon:
        await shown_until(config, lambda one: daemon._channels["bed-1"].state.listeners != ())
        state = await asked(config, lambda client: client.status("bed-1"))
        listeners = [one.state.listeners for one in daemon._channels.values()]
    for fd in (ours, theirs):
        os.close(fd)
    assert [[name for name, _ in one] for one in listeners] == [[f"bell {config.sounders[0].device}"]] * 2
    assert [(one["ok"], one["reason"]) for one in state["sounders"]] == [
        (True, ""),
        (False, "No such file or directory"),
    ]


async def test_somebody_who_watches_is_a_listener(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    async with serving(config) as daemon:

        def watch(client: ConsoleClient) -> None:
            with client.watch("bed-1", "panel 7") as states:
                next(state for state in states if daemon._channels["bed-1"].state.listeners)

        await asked(config, watch)
        assert [name for name, _ in daemon._channels["bed-1"].state.listeners] == ["panel 7"]


# -- two pumps at one bed --------------------------------------------------------------------------------------

SECOND = """
[[channels]]
name = "bed-1b"
bed = "bed-1"
monitors = ["monitor-1"]
transducer = "transducer-2"
[channels.pump]
driver = "new_era"
port = "/nowhere/else"
model = "NE1000"
"""


def sample(signal_: Signal, source: str) -> Sample:
    return Sample(signal_, 72.0, 0, Stamp(0, 0), source, 1)


async def test_two_pumps_at_one_bed_share_its_monitor_and_keep_their_own_lines(tmp_path: Path) -> None:
    """The configuration allows it (`config_checks`); a monitor speaks for the patient, a transducer for one line."""
    config = loaded(tmp_path, more=SECOND)
    async with serving(config) as daemon:
        at = Stamp(0, 0)
        for signal_, source in ((Signal.HR, "monitor-1"), (Signal.LINE_PRESSURE, "transducer-2")):
            daemon._arrived(arrivals.SamplesArrived("bed-1", (sample(signal_, source),), at, device=source))
        daemon._arrived(arrivals.MonitorStatus("bed-1", "transducer-2", False, at))
        daemon._arrived(
            arrivals.SampleRefused("bed-1", "stranger", arrivals.RejectReason.UNBOUND_DEVICE, "", at)
        )
        pictures = {name: one.state.picture for name, one in daemon._channels.items()}
        feeds = {name: one.state.feed for name, one in daemon._channels.items()}
    assert all(one.newest(Signal.HR) is not None for one in pictures.values())
    assert pictures["bed-1"].newest(Signal.LINE_PRESSURE) is None
    assert pictures["bed-1b"].newest(Signal.LINE_PRESSURE) is not None
    assert (feeds["bed-1"].offline, feeds["bed-1b"].offline) == ((), ("transducer-2",))
    assert all(one.rejected == (("unbound_device", 1),) for one in feeds.values())


# -- the drug library ----------------------------------------------------------------------------------------------


async def test_the_library_file_is_read_once_and_stands_in_state_and_record(tmp_path: Path) -> None:
    """Requirements 3.1 (65): changed while the daemon runs, it has no effect until the next start."""
    file = tmp_path / "ketamine.toml"
    file.write_text('drug = "ketamine"\nversion = "7"\n')
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    config = loaded(tmp_path, more=f'[library]\nfile = "{file}"\n')
    async with serving(config):
        file.write_text('drug = "ketamine"\nversion = "8"\nvials_mg_per_ml = ["50"]\n')
        state = await asked(config, lambda client: client.status("bed-1"))
        told = await asked(config, lambda client: next(client.request("library", "bed-1")))
    assert state["library"] == {"hash": digest, "version": "7", "changed": ""}
    assert (told["state"]["library"]["hash"], len(told["state"]["library"]["drugs"][0]["vials"])) == (
        digest,
        3,
    )
    (written,) = (json.loads(one.body) for one in read(Path(config.journal.path), 0, [CONFIGURATION]))
    assert written["library"] == {"hash": digest, "text": 'drug = "ketamine"\nversion = "7"\n'}


async def test_a_trial_over_the_socket_is_answered_and_not_recorded(tmp_path: Path) -> None:
    config = loaded(tmp_path)
    order = {"patient": "tok-1", "drug": "ketamine", "weight_kg": "70", "dose_mg_per_kg": "0.5"}
    order |= {"concentration_mg_per_ml": "2", "minutes": "40", "syringe": "bd-60"}
    async with serving(config):
        replies = await asked(
            config, lambda client: list(client.request("derive", "bed-1", None, None, order))
        )
    assert [one["stage"] for one in replies] == ["state", "end"]
    assert replies[0]["state"]["derivation"]["programme"]["rate"] == "26.2 mL/h"
    events = [load_decision(one.body).event for one in read(Path(config.journal.path), 0, [DECISION])]
    assert not [one for one in events if one.kind == "order_entered"]


def test_a_library_with_a_fault_refuses_the_start_before_anything_is_opened(tmp_path: Path) -> None:
    """Requirements 3.1 (66)."""
    file = tmp_path / "ketamine.toml"
    file.write_text('drug = "ketamine"\nversion = "7"\n[limits.dose]\nunit = "mg/kg"\nhard_max = "2"\n')
    config = loaded(tmp_path, more=f'[library]\nfile = "{file}"\n')
    with pytest.raises(cfg.ConfigRefused, match="is looser than the built-in 1 mg/kg"):
        Daemon(config, Clock())
    assert {one.name for one in tmp_path.iterdir()} == {"ketamine.toml"}
