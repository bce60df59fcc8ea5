"""Somebody else's daemon, as small as a bench can meet one: a console that shows a state, and vices on request.

Run with the name of a vice or none, in the environment that `hil-sim run --live` gives. It drives no pump.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

STATE: dict[str, Any] = {
    "word": "NO ORDER",
    "headline": "nothing is ordered",
    "phase": "idle",
    "epoch": 1,
    "rate": {},
    "dose": None,
    "findings": [],
    "alarms": [],
    "start_blocked_by": [],
}


async def serve(vice: str) -> None:
    """Serve one console until killed."""
    site = json.loads((Path(os.environ["HIL_SIM_FOLDER"]) / "site.json").read_text())
    shown = {key: value for key, value in STATE.items() if not (vice == "lacking" and key == "word")}
    clients = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal clients
        clients += 1
        asked = json.loads(await reader.readline())
        reply = {"id": asked["id"], "stage": "state", "reasons": [], "state": shown}
        if vice == "refusing":
            reply = {
                "id": asked["id"],
                "stage": "refused",
                "reasons": ["there is no such bed"],
                "state": None,
            }
        if vice == "babbling":
            writer.write(b"{]\n")
        elif vice != "silent":
            writer.write(json.dumps(reply).encode() + b"\n")
        await writer.drain()
        if vice == "leaving" or (vice == "hanging up" and clients == 1):
            writer.close()
        if vice == "leaving":
            print("I have had enough", flush=True)
            os._exit(3)
        while await reader.readline():
            continue

    socket = Path(site["console"])
    socket.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(answer, socket)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1] if len(sys.argv) > 1 else ""))
