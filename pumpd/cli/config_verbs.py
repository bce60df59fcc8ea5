"""`pumpd config`: an example to begin with, the schema that helps an editor, and what the broker needs to know of a site.

Theory of operation. The example that is printed is the file of the documents, byte for byte, carried inside the package
so that an installed pumpd has it without them. All of these write to standard output only: an engineer sends it where it
belongs, and nothing that exists can be overwritten by a slip. The broker's two files are made from a configuration that
has been proven whole, as `pumpd check` does.
"""

import argparse
import json
import sys
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from pumpd.places import DEFAULT_CONFIG

if TYPE_CHECKING:
    from pumpd.config import Config

EXAMPLE = "config-example.toml"


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb and what it can print."""
    config = verbs.add_parser("config", help="print an example of the configuration, or its JSON Schema")
    prints = config.add_subparsers(dest="config_verb", required=True, metavar="VERB")
    example = prints.add_parser("example", help="a whole file with every key explained")
    example.set_defaults(run=run_example)
    schema = prints.add_parser("schema", help="JSON Schema (draft 7), for editors that read one")
    schema.set_defaults(run=run_schema)
    for verb, does in (
        ("acl", "mosquitto's access list for this site: who may say what"),
        ("broker", "mosquitto's settings for this site: TLS, client certificates, that list"),
    ):
        file = prints.add_parser(verb, help=does)
        file.add_argument(
            "--config",
            type=Path,
            default=Path(DEFAULT_CONFIG),
            help=f"the configuration (default: {DEFAULT_CONFIG})",
        )
        file.set_defaults(run=run_acl if verb == "acl" else run_broker)


def example_text() -> str:
    """The example, as `docs/config-example.toml` has it."""
    return files("pumpd").joinpath(EXAMPLE).read_text(encoding="utf-8")


def run_example(_args: argparse.Namespace) -> int:
    """Print the example."""
    sys.stdout.write(example_text())
    return 0


def run_schema(_args: argparse.Namespace) -> int:
    """Print the schema."""
    from pumpd.config_schema import config_schema

    print(json.dumps(config_schema(), indent=2))
    return 0


def run_acl(args: argparse.Namespace) -> int:
    """Print the access list."""
    from pumpd.broker_files import access_list

    return _print_of(args.config, access_list)


def run_broker(args: argparse.Namespace) -> int:
    """Print the broker's settings."""
    from pumpd.broker_files import broker_conf

    return _print_of(args.config, broker_conf)


def _print_of(path: Path, make: "Callable[[Config], str]") -> int:
    from pumpd.config import ConfigRefused, load

    try:
        sys.stdout.write(make(load(path)))
    except ConfigRefused as refused:
        print("\n".join(refused.faults), file=sys.stderr)
        return 2
    return 0
