"""`./run fuzz`: a million mutated inputs for each family's wire; `--inputs`, `--family`, `--seed`.

Exit status 0 only if every family stood; the first fault of each is printed with what is needed to have it again.
"""

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from fuzz.campaign import Wrong, campaign
from fuzz.targets import TARGETS


def main() -> int:
    """Fuzz."""
    parser = argparse.ArgumentParser(prog="run fuzz", description=__doc__)
    parser.add_argument("--inputs", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--family", action="append", choices=sorted(TARGETS), help="may be given again")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    status = 0
    for name in args.family or sorted(TARGETS):
        began_s = time.monotonic()
        try:
            tally = campaign(TARGETS[name](), args.inputs, args.seed)
        except Wrong as wrong:
            print(f"{name:<12} FAILED {wrong}", flush=True)
            status = 1
            continue
        took_s = time.monotonic() - began_s
        print(
            f"{name:<12} {tally.inputs} inputs in {took_s:.0f} s: {tally.heard} pieces heard, {tally.accepted} accepted, "
            f"none wrongly; at most {tally.most_held} bytes held",
            flush=True,
        )
    return status


if __name__ == "__main__":
    sys.exit(main())
