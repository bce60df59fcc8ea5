"""`pumpd probe PORT`: what is connected there, found out by questions that only read.

Theory of operation. The questions and their order stand in `probe_questions.py`; here they are put, one at a time, each
with 0.4 s for its answer, until one is recognised. All that was tried and all that came back is shown, so that an
answer nobody recognises is not lost either. The port is claimed as the daemon claims it: a pump in service is not
disturbed. Opening a serial port may pull its DTR line, which resets some pumps (facts/faults.md row 30); it is opened
once for each speed.

Exit status: 0 found, 1 nobody recognised, 2 the port cannot be had.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pumpd.cli.probe_questions import Found, Question

ANSWER_S = 0.4
CR_S = 0.1
CLOSE_S = 1.0
BY_PATH = Path("/dev/serial/by-path")


@dataclass(frozen=True, slots=True)
class Try:
    """One question and what came back."""

    family: str
    baud: int
    question: str
    answer: bytes


class _Ear(asyncio.Protocol):
    """Keeps what comes in."""

    def __init__(self) -> None:
        self.heard = bytearray()
        self.news = asyncio.Event()
        self.closed = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.heard = (self.heard + data)[-1024:]
        self.news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()
        self.news.set()


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser("probe", help="find out which pump is on a port, by reading only")
    parser.add_argument("port", metavar="PORT|tcp:HOST:PORT")
    parser.add_argument("--address", type=int, default=0, metavar="N", help="network address asked, 0-99")
    parser.add_argument("--unit", type=int, default=1, metavar="N", help="Modbus unit asked, 1-247")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object on standard output, nothing else"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Ask, show, advise."""
    from drivers.errors import PortError
    from pumpd.shell.port_claim import PortClaims, PortTaken

    if not 0 <= args.address <= 99 or not 1 <= args.unit <= 247:
        print(
            f"pumpd probe: --address {args.address} must be 0 to 99, --unit {args.unit} 1 to 247",
            file=sys.stderr,
        )
        return 2
    claims, tried = PortClaims(), list[Try]()
    try:
        claims.take(args.port)
        baud, found = asyncio.run(_probe(args.port, args.address, args.unit, tried))
    except (PortError, PortTaken) as refused:
        print(f"pumpd probe: {refused}", file=sys.stderr)
        return 2
    finally:
        claims.release()
    print(
        json.dumps(_as_json(args.port, baud, found, tried))
        if args.json
        else _text(args.port, baud, found, tried)
    )
    return 0 if found is not None else 1


async def _probe(port: str, address: int, unit: int, tried: list[Try]) -> "tuple[int, Found | None]":
    """The speed at which somebody answered, and who. Raises PortError."""
    from drivers import transport
    from pumpd.cli.probe_questions import plan

    for baud, questions in plan(address, unit, is_tcp=port.startswith("tcp:")):
        ear = _Ear()
        line = await transport.connect(port, baud or 19200, ear)
        try:
            if questions[0].family != "modbus":
                line.write(b"\r")
                await asyncio.sleep(CR_S)
            for question in questions:
                found = await _ask(line, ear, question, baud, tried)
                if found is not None:
                    return baud, found
        finally:
            transport.abort(line)
            try:
                async with asyncio.timeout(CLOSE_S):
                    await ear.closed.wait()
            except TimeoutError:
                pass
    return 0, None


async def _ask(
    line: asyncio.Transport, ear: _Ear, question: "Question", baud: int, tried: list[Try]
) -> "Found | None":
    found, has_asked_again = None, False
    ear.heard.clear()
    line.write(question.request)
    end_s = asyncio.get_running_loop().time() + ANSWER_S
    try:
        async with asyncio.timeout_at(end_s):
            while found is None and not ear.closed.is_set():
                ear.news.clear()
                await ear.news.wait()
                found = question.read(bytes(ear.heard))
                if question.again is not None and not has_asked_again and question.again(bytes(ear.heard)):
                    has_asked_again = True
                    line.write(question.request)
    except TimeoutError:
        pass
    tried.append(Try(question.family, baud, question.title, bytes(ear.heard)))
    return found


def _config_lines(port: str, baud: int, found: "Found") -> list[str]:
    """What to write into the configuration, and what only a person knows."""
    from drivers.registry import FamilyUnknown, family

    try:
        table = {option.key: option for option in family(found.family).OPTIONS}
    except FamilyUnknown as unknown:
        return [f"# {unknown}"]
    values: dict[str, int | str] = {"baud": baud, **found.options} if baud else dict(found.options)
    lines = ["[channels.pump]", f'driver = "{found.family}"', f'port = "{_lasting(port)}"']
    lines += [f"{key} = {json.dumps(value)}" for key, value in values.items() if key in table]
    lacking = [option for key, option in table.items() if option.default is None and key not in values]
    return lines + [f"# {option.key} must be given: {option.words}" for option in lacking]


def _lasting(port: str) -> str:
    """The name that stays with the socket the cable is in, where there is one."""
    real = Path(port).resolve()
    if BY_PATH.is_dir():
        for link in sorted(BY_PATH.iterdir()):
            if link.resolve() == real:
                return str(link)
    return port


def _text(port: str, baud: int, found: "Found | None", tried: list[Try]) -> str:
    rows = [
        f"{'' if not row.baud else row.baud!s:>6}  {row.family:<8} {row.question:<28} "
        + (repr(row.answer)[1:] if row.answer else "no answer")
        for row in tried
    ]
    if found is None:
        hint = "check cable, power, address (--address, --unit) and the speed set in the pump"
        return "\n".join([*rows, f"{port}: nobody was recognised; {hint}"])
    note = [found.note] if found.note else []
    advice = ["", "for the configuration:", "", *_config_lines(port, baud, found)]
    return "\n".join([*rows, f"{port}: {found.words}", *note, *advice])


def _as_json(port: str, baud: int, found: "Found | None", tried: list[Try]) -> dict[str, Any]:
    return {
        "port": port,
        "tried": [
            {"family": row.family, "baud": row.baud, "question": row.question, "answer_hex": row.answer.hex()}
            for row in tried
        ],
        "found": {**asdict(found), "baud": baud} if found is not None else None,
        "configuration": _config_lines(port, baud, found) if found is not None else [],
    }
