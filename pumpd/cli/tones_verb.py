"""`pumpd tones`: the alarm's sounds as wave files, for a sounder, for a room to be tried, for a manual."""

import argparse
import sys
from pathlib import Path


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser("tones", help="write the alarm's sounds as wave files")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder; made if missing")
    parser.add_argument("--rate", type=int, default=22_050, choices=(22_050, 44_100), help="samples a second")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Write one burst of each kind."""
    from pumpd.tones.patterns import ALL
    from pumpd.tones.render import render, write

    try:
        args.out.mkdir(parents=True, exist_ok=True)
        for burst in ALL:
            path = args.out / f"{burst.name}.wav"
            write(path, render(burst, sample_rate_hz=args.rate), args.rate)
            count, length_s, repeat_s = len(burst.pulses), burst.length_ms / 1000, burst.repeat_ms / 1000
            print(
                f"{path}: {count} {'pulse' if count == 1 else 'pulses'} in {length_s:g} s, every {repeat_s:g} s"
            )
    except OSError as error:
        print(f"pumpd tones: {error.filename or args.out}: {error.strerror}", file=sys.stderr)
        return 2
    return 0
