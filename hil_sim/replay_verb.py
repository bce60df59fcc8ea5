"""`hil-sim replay FILE --listen ...`: a tape on a real line, until SIGTERM or SIGINT; exit status 1: something differed.

Theory of operation. The port is that of `hil-sim serve`. An answer comes as late as on the tape, and what is still to be
said when the next request arrives is said before its answer, because that was the order.
"""

import argparse
import asyncio
import time
from collections import deque
from pathlib import Path

from hil_sim.replay import Player
from hil_sim.serve import Port, make_port, until_signalled
from hil_sim.tape import read_tape

AS_ON_TAPE, DIFFERED = 0, 1


class Replay:
    """A player joined to a port."""

    def __init__(self, player: Player, listen: str) -> None:
        self._player = player
        self.port: Port = make_port(listen, self._hear)
        self._due: deque[tuple[float, bytes]] = deque()

    def _hear(self, chunk: bytes) -> None:
        loop = asyncio.get_running_loop()
        self._say_due(float("inf"))
        now_s = loop.time()
        for after_ms, piece in self._player.hear(chunk, time.monotonic() * 1000.0):
            at_s = max(now_s + after_ms / 1000.0, self._due[-1][0] if self._due else now_s)
            self._due.append((at_s, piece))
            loop.call_at(at_s, self._say_due)
        while self._player.complaints:
            print(self._player.complaints.pop(0), flush=True)

    def _say_due(self, now_s: float | None = None) -> None:
        # A timer may fire a clock's tick early; what is due within it is due.
        reached_s = asyncio.get_running_loop().time() + 0.001 if now_s is None else now_s
        while self._due and self._due[0][0] <= reached_s:
            self.port.write(self._due.popleft()[1])


async def _serve(player: Player, listen: str) -> None:
    replay = Replay(player, listen)
    await replay.port.open()
    try:
        print(f"READY pump={replay.port.name}", flush=True)
        await until_signalled()
    finally:
        replay.port.close()


def run(options: argparse.Namespace) -> int:
    """Replay until told to end; the exit status.

    Raises:
        TapeError: the file is no tape.
        ValueError: `--listen` is not a port.
        OSError: file or port cannot be opened.
    """
    player = Player(read_tape(Path(options.tape)))
    if player.is_empty:
        raise ValueError(f"{options.tape}: nothing was asked on this tape")
    asyncio.run(_serve(player, options.listen))
    tally = player.tally
    print(
        f"{tally.agreed} requests as on the tape, {tally.repeated} polls beyond it, {tally.passed_over} polls passed over, "
        f"{tally.differed} that differ, {player.left} that never came"
    )
    return DIFFERED if tally.differed or player.left else AS_ON_TAPE
