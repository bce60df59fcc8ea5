"""`hil-sim run --live`: the stories one after the other, with how far each is, until the last or a Ctrl-C.

Theory of operation. There is one broker and one daemon, so there is one story at a time. What cannot be played live at all
(a crash of a daemon that is not ours, a file with a fault in its options) is said before the first story begins. Ctrl-C
ends the running story in order, its daemon too; what was played is still shown and written, the rest counts as not played.
"""

import argparse
import asyncio
import signal
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from hil_sim.bench.live_run import NotPlayed, play_live
from hil_sim.bench.live_wiring import Wiring, refuse_unplayable, wiring_of
from hil_sim.bench.recording import Recording, Unplayed
from hil_sim.bench.story import Story, load_story

INTERRUPTED = "interrupted"

Outcome = Recording | Unplayed


def play_all_live(files: Sequence[Path], options: argparse.Namespace, console: Console) -> list[Outcome]:
    """Play everything.

    Raises:
        ValueError: the options do not make a bench, or a story asks for what this one cannot do.
    """
    wiring = wiring_of(options)
    stories = [_load(file) for file in files]
    for file, story in zip(files, stories, strict=True):
        if isinstance(story, Story):
            refuse_unplayable(story, file, wiring)
    columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn()
    outcomes: list[Outcome] = []
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("stories", total=len(files))
        for number, (file, story) in enumerate(zip(files, stories, strict=True)):
            if isinstance(story, Unplayed):
                outcomes.append(story)
                continue

            def show(share: float, number: int = number) -> None:
                progress.update(task, completed=number + share)

            progress.update(task, description=f"{number + 1}/{len(files)} {story.title}")
            outcomes.append(
                _play(story, file, story.seed if options.seed is None else options.seed, wiring, show)
            )
            if isinstance(outcomes[-1], Unplayed) and outcomes[-1].why == INTERRUPTED:
                break
    left = zip(files[len(outcomes) :], stories[len(outcomes) :], strict=True)
    return outcomes + [
        one if isinstance(one, Unplayed) else Unplayed(one.title, str(file), INTERRUPTED)
        for file, one in left
    ]


def _load(file: Path) -> Story | Unplayed:
    try:
        return load_story(file)
    except ValueError as error:
        return Unplayed(file.stem, str(file), str(error))


def _play(story: Story, file: Path, seed: int, wiring: Wiring, progress: Callable[[float], None]) -> Outcome:
    try:
        return asyncio.run(_until_done_or_signalled(story, file, seed, wiring, progress))
    except (asyncio.CancelledError, KeyboardInterrupt):
        return Unplayed(story.title, str(file), INTERRUPTED)
    except (ValueError, OSError, NotPlayed) as error:
        return Unplayed(story.title, str(file), str(error))


async def _until_done_or_signalled(
    story: Story, file: Path, seed: int, wiring: Wiring, progress: Callable[[float], None]
) -> Recording:
    """SIGTERM is a Ctrl-C by another hand."""
    playing = asyncio.create_task(play_live(story, file, seed, wiring, progress))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, playing.cancel)
    return await playing
