"""`hil-sim run STORIES...`: play stories, show how far each is, print what came of them, write JUnit and HTML.

Theory of operation. Played virtually, stories know nothing of one another, so they run in as many processes as wanted and
come to the same results whatever that number is; live, they share a daemon's wires and come one after the other. A story
that cannot be played (a file with a fault, a daemon that ended) is a failure of its own kind and does not keep the others
from being played. The exit status is the verdict: 0 all claims held, 1 not all, 2 something could not be played.
"""

import argparse
import logging
import sys
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from hil_sim.bench.junit import junit
from hil_sim.bench.live_verb import play_all_live
from hil_sim.bench.page import row_of, write_index, write_page
from hil_sim.bench.recording import Recording, Unplayed
from hil_sim.bench.story import load_story
from hil_sim.bench.virtual_run import play_virtually

HELD, NOT_HELD, NOT_PLAYED = 0, 1, 2

Outcome = Recording | Unplayed


def run(options: argparse.Namespace) -> int:
    """Play everything; the exit status."""
    console = Console()
    files = list(_files(options.stories))
    if not files:
        print(f"hil-sim: no story (*.toml) in {', '.join(map(str, options.stories))}", file=sys.stderr)
        return NOT_PLAYED
    play_all = play_all_live if options.live else _play_all
    try:
        _refuse_early(options)
        outcomes = play_all(files, options, console)
    except (ValueError, OSError) as error:
        print(f"hil-sim: {error}", file=sys.stderr)
        return NOT_PLAYED
    console.print(_table(outcomes))
    for outcome in outcomes:
        _tell_failures(outcome, console)
    if options.junit:
        options.junit.write_text(junit(outcomes), encoding="utf-8")
    if options.html:
        console.print(f"pages: {_write_pages(options.html, outcomes)}")
    return _status(outcomes)


def _refuse_early(options: argparse.Namespace) -> None:
    """What would only be noticed after hours of playing.

    Raises:
        ValueError: an option without the one it belongs to, or out of range.
        OSError: there is no place for the results.
    """
    if not options.live:
        for name in ("broker", "command", "console", "listen", "keep"):
            if getattr(options, name):
                raise ValueError(f"--{name} needs --live")
        if options.speed != 1.0:
            raise ValueError("--speed needs --live: a virtual run is as fast as it can be")
    if options.workers < 1:
        raise ValueError(f"--workers is 1 or more, not {options.workers}")
    if options.junit:
        options.junit.parent.mkdir(parents=True, exist_ok=True)
    if options.html:
        options.html.mkdir(parents=True, exist_ok=True)


def play_file(file: Path, seed: int | None, daemon: str) -> Outcome:
    """Play one story's file, whatever comes of it."""
    _hush()
    try:
        return play_virtually(load_story(file), str(file), seed, daemon)
    except (ValueError, OSError, RuntimeError) as error:
        return Unplayed(file.stem, str(file), str(error))


def _hush() -> None:
    """The daemon in this process logs; what it says there is said in the recording too."""
    import structlog

    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))


def _files(given: Iterable[Path]) -> Iterator[Path]:
    for one in given:
        yield from sorted(one.glob("*.toml")) if one.is_dir() else [one]


def _play_all(files: Sequence[Path], options: argparse.Namespace, console: Console) -> list[Outcome]:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with (
        Progress(*columns, console=console, transient=True) as progress,
        ProcessPoolExecutor(max(1, options.workers), mp_context=get_context("spawn")) as pool,
    ):
        task = progress.add_task("stories", total=len(files))
        played: list[Future[Outcome]] = []
        for file in files:
            future = pool.submit(partial(play_file, file, options.seed, options.daemon))
            future.add_done_callback(lambda _: progress.advance(task))
            played.append(future)
        return [one.result() for one in played]


def _write_pages(folder: Path, outcomes: Sequence[Outcome]) -> Path:
    return write_index(
        folder, [write_page(folder, one) if isinstance(one, Recording) else row_of(one) for one in outcomes]
    )


def _table(outcomes: Sequence[Outcome]) -> Table:
    table = Table()
    for column in ("story", "claims", "rules seen", "mg given", "minutes", "x life"):
        table.add_column(column, justify="right" if column in ("mg given", "minutes", "x life") else "left")
    for one in outcomes:
        if isinstance(one, Unplayed):
            table.add_row(one.title, "[red]not played[/]", "", "", "", "")
            continue
        held = sum(verdict.passed for verdict in one.verdicts)
        claims = f"{held}/{len(one.verdicts)}"
        table.add_row(
            one.title,
            f"[green]{claims}[/]" if one.is_passed else f"[red]{claims}[/]",
            " ".join(one.rules_seen()),
            f"{one.delivered_mg:.2f}",
            f"{one.simulated_s / 60:.0f}",
            f"{one.simulated_s / one.wall_s:.0f}" if one.wall_s else "",
        )
    return table


def _tell_failures(outcome: Outcome, console: Console) -> None:
    if isinstance(outcome, Unplayed):
        console.print(f"[red]{outcome.source}: not played: {outcome.why}[/]", soft_wrap=True, markup=True)
        return
    for verdict in outcome.verdicts:
        if not verdict.passed:
            console.print(f"{outcome.source}: {verdict.expectation}: {verdict.said}", soft_wrap=True)


def _status(outcomes: Sequence[Outcome]) -> int:
    if any(isinstance(one, Unplayed) for one in outcomes):
        return NOT_PLAYED
    return HELD if all(isinstance(one, Recording) and one.is_passed for one in outcomes) else NOT_HELD
