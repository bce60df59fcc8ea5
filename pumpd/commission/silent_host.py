"""A host that is going to be killed: runs the pump, says on standard output what it reads back, and waits for its end.

Theory of operation. What a pump does when its host dies can only be seen by letting one die. This program is that one. It
is given the pump as one JSON object on standard input, runs it with an end of volume set, polls it as the daemon does
and prints each readback as one JSON line; then it is killed with SIGKILL, the port closes with it, and the pump is alone.

It must not outlive who started it: standard input stays open as long as that program lives, and its end halts the pump.
The port's claim stays with the parent, so nobody else can come between.
"""

import asyncio
import json
import sys
from typing import Any

from pumpd.commission.bench_pump import POLL_S, Abandoned, BenchPump, Bound, Standing, held, now_ms

LARGEST_ORDER = 65_536


async def live(order: dict[str, Any]) -> None:
    """Run the pump until standard input ends. Raises Abandoned."""
    bound = Bound(order["driver"], order["options"], order["port"], order["diameter_um"])
    async with held(bound, Standing()) as pump:
        await pump.prepare(order["rate_nl_h"], order["volume_nl"])
        await pump.start(order["rate_nl_h"], order["volume_nl"])
        alone = asyncio.create_task(_until_orphaned())
        while not alone.done():
            await _tell(pump)
            await asyncio.wait([alone], timeout=POLL_S)


async def _tell(pump: BenchPump) -> None:
    shown = await pump.poll()
    said = {"link_ms": now_ms(), "motion": shown.motion.value, "counter_nl": shown.infused_nl}
    print(json.dumps(said), flush=True)


async def _until_orphaned() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


def main() -> int:
    """Entry point of `python -m pumpd.commission.silent_host`."""
    order = json.loads(sys.stdin.buffer.readline(LARGEST_ORDER))
    try:
        asyncio.run(live(order))
    except Abandoned as reason:
        print(json.dumps({"abandoned": str(reason)}), flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
