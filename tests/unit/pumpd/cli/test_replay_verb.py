"""A journal replays to the same actions, byte for byte; one that was edited does not."""

import json
from pathlib import Path

import pytest
from channel_bench import Bench, make_verified
from site_bench import CHANNEL, configuration, decisions, write_records

from interlocks.vocabulary import Stamp
from pumpd.cli.main import main
from pumpd.core import events as ev
from pumpd.policy import policy_for, recorded_configuration
from pumpd.shell.record import CONFIGURATION, DECISION

Records = list[tuple[str, Stamp, str]]


def session() -> Bench:
    """Ordered, started, tripped by a high pressure, acknowledged, restarted, stopped."""
    bench = Bench(policy_for(CHANNEL))
    bench.advance(1)
    bench.order()
    bench.verify()
    bench.cuff(125, 78)
    bench.advance(61)
    bench.cuff(125, 78)
    bench.advance(1)
    bench.start()
    bench.advance(5)
    bench.cuff(190, 112)
    bench.advance(1)
    bench.acknowledge()
    bench.link_down()
    bench.post(ev.DaemonStarted(at=Stamp(0, 0), boot="boot-2", wall_ms=1))
    bench.link_up()
    bench.stop()
    return bench


@pytest.fixture(scope="module")
def records() -> Records:
    bench = session()
    written = decisions(bench.events, bench.policy, snapshot_after=40)
    assert any('"kind":"note_trip"' in body for _, _, body in written)
    return written


def replayed(path: Path, *options: str) -> int:
    return main(["journal", "replay", str(path), *options])


def test_a_journal_of_a_session_is_identical(
    tmp_path: Path, records: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    """Law 12."""
    path = tmp_path / "j.sqlite"
    write_records(path, [configuration(), *records])
    count = sum(1 for kind, _, _ in records if kind == DECISION)
    assert replayed(path) == 0
    assert capsys.readouterr().out == f"{count} decisions, all identical\n"
    assert replayed(path, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {"identical": True, "decisions": count}


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ('"rate_nl_h":26200000', '"rate_nl_h":26300000'),
        ('"kind":"halt"', '"kind":"poll"'),
        ('"rule_id":"BP', '"rule_id":"XP'),
    ],
)
def test_one_edited_action_is_found_and_shown_both_ways(
    tmp_path: Path, records: Records, capsys: pytest.CaptureFixture[str], was: str, becomes: str
) -> None:
    """An edited rate, a halt written over as a poll, a renamed rule: each ends with status 1."""
    place = next(i for i, (kind, _, body) in enumerate(records) if kind == DECISION and was in body)
    kind, at, body = records[place]
    head, _, actions = body.rpartition('"actions":')
    edited = head + '"actions":' + actions.replace(was, becomes, 1)
    assert edited != body
    path = tmp_path / "j.sqlite"
    write_records(path, [configuration(), *records[:place], (kind, at, edited), *records[place + 1 :]])
    assert replayed(path, "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert told["identical"] is False
    assert told["first_difference"] == place + 3  # behind the opening and the configuration
    assert (told["recorded"], told["now"]) == (edited, body)
    assert replayed(path) == 1
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == f"record {place + 3} differs"
    assert edited in shown[1]
    assert body in shown[2]


def test_a_boot_that_could_not_use_the_record_is_replayed_from_an_empty_channel_as_it_was(
    tmp_path: Path,
) -> None:
    """faults row 101: what the daemon did after it had to start empty is a proof like any other."""
    before, after = session(), Bench(policy_for(CHANNEL), with_pump=False)
    after.events[0] = ev.DaemonStarted(
        at=Stamp(0, 0), boot="boot-3", wall_ms=2, restore_problem="another version"
    )
    after.pause()
    path = tmp_path / "j.sqlite"
    written = decisions(before.events, before.policy)
    write_records(path, [configuration(), *written, *decisions(after.events, after.policy)])
    assert replayed(path) == 0


def test_a_left_out_event_is_found(tmp_path: Path, records: Records) -> None:
    """State is a fold: what one event did is missing in all that follows."""
    place = next(i for i, (_, _, body) in enumerate(records) if '"kind":"order_verified"' in body)
    path = tmp_path / "j.sqlite"
    write_records(path, [configuration(), *records[:place], *records[place + 1 :]])
    assert replayed(path) == 1


def test_another_configuration_is_found(tmp_path: Path, records: Records) -> None:
    path = tmp_path / "j.sqlite"
    other = CHANNEL.model_copy(update={"transducer": None})
    write_records(path, [configuration(other), *records])
    assert replayed(path) == 1


def test_a_site_s_limits_and_shadows_are_replayed_from_the_record_and_other_ones_are_found(
    tmp_path: Path,
) -> None:
    limits, shadow = {"systolic_slow_mmhg": 150}, {"systolic_slow_mmhg": 145}
    bench = make_verified(Bench(policy_for(CHANNEL, 1, limits, shadow)))
    bench.start()
    bench.cuff(155, 80)
    bench.advance(1)
    written = decisions(bench.events, bench.policy)
    for number, (recorded, status) in enumerate(
        (((limits, shadow), 0), ((limits, {}), 1), (({}, shadow), 1))
    ):
        configured = (CONFIGURATION, Stamp(0, 0), recorded_configuration(CHANNEL, 1.0, *recorded))
        path = tmp_path / f"{number}.sqlite"
        write_records(path, [configured, *written])
        assert replayed(path) == status


def test_two_channels_in_one_journal_are_folded_apart(tmp_path: Path, records: Records) -> None:
    from pumpd.shell.journal_file import read

    path = tmp_path / "j.sqlite"
    write_records(path, [configuration(), *records])
    again = CHANNEL.model_copy(update={"name": "bed-2"})
    write_records(path, [configuration(again), *records], channel="bed-2")
    assert {one.channel for one in read(path)} == {"", "bed-1", "bed-2"}
    assert replayed(path) == 0


@pytest.mark.parametrize(
    "configured", [[], [("configuration", Stamp(0, 0), "{}")], [("configuration", Stamp(0, 0), "[]")]]
)
def test_decisions_without_a_configuration_cannot_be_judged(
    tmp_path: Path, records: Records, configured: Records, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "j.sqlite"
    write_records(path, [*configured, *records[:3]])
    assert replayed(path) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("pumpd journal replay: record ")
    assert "configuration" in line


@pytest.mark.parametrize("content", [None, b"not a database at all, but long enough to be looked at" * 40])
def test_what_is_no_journal_ends_with_status_2(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "j.sqlite"
    if content is not None:
        path.write_bytes(content)
    assert replayed(path) == 2
    assert "pumpd journal replay: " in capsys.readouterr().err


def test_an_empty_record_is_identical(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "j.sqlite"
    write_records(path, [])
    assert replayed(path) == 0
    assert capsys.readouterr().out == "0 decisions, all identical\n"
