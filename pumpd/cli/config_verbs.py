"""`pumpd config example` and `pumpd config schema`: a file to begin with, and what an editor needs to help with it.

Theory of operation. The example that is printed is the file of the documents, byte for byte, carried inside the package
so that an installed pumpd has it without them. Both verbs read nothing of the machine and write to standard output only:
an engineer sends it where it belongs, and an existing configuration cannot be overwritten by a slip.
"""

import argparse
import json
import sys
from importlib.resources import files

EXAMPLE = "config-example.toml"


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb and what it can print."""
    config = verbs.add_parser("config", help="print an example of the configuration, or its JSON Schema")
    prints = config.add_subparsers(dest="config_verb", required=True, metavar="VERB")
    example = prints.add_parser("example", help="a whole file with every key explained")
    example.set_defaults(run=run_example)
    schema = prints.add_parser("schema", help="JSON Schema (draft 7), for editors that read one")
    schema.set_defaults(run=run_schema)


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
