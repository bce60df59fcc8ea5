"""A treatment that a person drives from a browser: the stage, the panel, and what one must know to begin.

Theory of operation. Nobody acts here. The broker, the simulated pump and patient, the daemon and the panel are started, the
address, the pairing link and the PINs are printed, and then all of it is left to whoever looks, until Ctrl-C or SIGTERM
ends it in order: the panel first, then the daemon, which halts its pump. Nothing is kept. The course is the clinic's:
checklist, prime, observation, closing.
"""

import os
import select
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pumpd.demo.stage import BED, NURSE, PATIENT, PRESCRIBER, Stage, StageError

LOOK_EVERY_S = 0.5


def by_hand(theatre: Stage, listen: str, speed: float) -> int:
    """Bring everything up, say how to use it, wait for the end; the exit status."""
    folder = theatre.places.folder
    try:
        with _told_to_end() as told:
            theatre.open()
            print(_how(theatre, theatre.open_panel(listen), speed), flush=True)
            while not select.select([told], [], [], LOOK_EVERY_S)[0]:
                if fallen := theatre.fallen():
                    raise StageError(f"the {fallen} ended by itself")
    except StageError as fault:
        print(f"pumpd demo: {fault}\npumpd demo: logs are kept in {folder}", file=sys.stderr)
        return 1
    finally:
        theatre.close()
    shutil.rmtree(folder, ignore_errors=True)
    print("ended; nothing is left running")
    return 0


def _how(theatre: Stage, link: str, speed: float) -> str:
    address, _, code = link.partition("/pair#")
    pins = theatre.pins
    times = "life speed" if speed == 1 else f"{speed:g} times life"
    return (
        f"panel         {address}/bed/{BED}\n"
        f"pair with     {link}    (code {code})\n"
        f"prescriber    {PRESCRIBER}, PIN {pins[PRESCRIBER]}    enters the order\n"
        f"nurse         {NURSE}, PIN {pins[NURSE]}    verifies, starts, resumes\n"
        f"an order      patient {PATIENT}, ketamine, 70 kg, 0.5 mg/kg, 2 mg/mL, 40 min, syringe bd-60,\n"
        "              2 mL of a 50 mg/mL vial made up to 50 mL, 170 cm, line 1.2 mL\n"
        f"time runs at  {times}; the baseline needs two cuff readings, or press Measure now\n"
        f"a terminal    PUMPD_SOCKET={theatre.places.socket} .venv/bin/pumpctl watch\n"
        "Bench and research software, not a cleared medical device. Ctrl-C ends it."
    )


@contextmanager
def _told_to_end() -> Iterator[int]:
    """A file descriptor that becomes readable once somebody wants the end."""
    ear, mouth = os.pipe()
    os.set_blocking(mouth, False)
    before = {one: signal.signal(one, lambda *_: None) for one in (signal.SIGINT, signal.SIGTERM)}
    wakeup = signal.set_wakeup_fd(mouth)
    try:
        yield ear
    finally:
        signal.set_wakeup_fd(wakeup)
        for one, what in before.items():
            signal.signal(one, what)
        os.close(ear)
        os.close(mouth)
