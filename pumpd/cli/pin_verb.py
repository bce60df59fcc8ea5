"""`pumpd pin`: what stands in the configuration instead of a PIN."""

import argparse
import getpass
import sys


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "pin", help="ask for a PIN twice and print its pin_scrypt line for the configuration"
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Ask, compare, print."""
    from pumpd.shell.pins import hash_pin

    try:
        first = getpass.getpass("PIN (4 to 12 digits): ")
        second = getpass.getpass("again: ")
    except EOFError:
        print("pumpd pin: nothing was typed", file=sys.stderr)
        return 2
    if second != first:
        print("pumpd pin: the two differ", file=sys.stderr)
        return 2
    try:
        print(f'pin_scrypt = "{hash_pin(first)}"')
    except ValueError as wrong:
        print(f"pumpd pin: {wrong}", file=sys.stderr)
        return 2
    return 0
