"""`pumpd rules`: the interlock table in force, in plain English.

Theory of operation. Without a configuration the default table is shown; with one, the table that the daemon would run with
on a channel, with every limit the site has changed marked, and its shadows. Nothing but the file is opened. Exit status:
0 shown, 2 the configuration or the question was wrong.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from interlocks.rules import Rule
    from interlocks.vocabulary import Signal

    Table = tuple[tuple[Rule, ...], frozenset[Signal]]


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `rules` below `pumpd`."""
    parser = verbs.add_parser("rules", help="the interlock table in force, in plain English")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="a site's table (default: the default table)"
    )
    parser.add_argument("--channel", metavar="NAME", help="with --config: which channel's table")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one JSON object")
    form.add_argument("--markdown", action="store_true", help="as docs/rules.md is made")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print the table."""
    from pumpd.cli import rules_text
    from pumpd.config import ConfigRefused

    try:
        rules, unfitted = _table(args.config, args.channel)
    except ConfigRefused as refused:
        print("\n".join(refused.faults), file=sys.stderr)
        return 2
    except ValueError as wrong:
        print(f"pumpd rules: {wrong}", file=sys.stderr)
        return 2
    if args.json:
        print(json.dumps(rules_text.as_json(rules, unfitted)))
    elif args.markdown:
        print(rules_text.as_markdown(rules, unfitted), end="")
    else:
        print(rules_text.as_text(rules, unfitted))
    return 0


def _table(config_file: Path | None, name: str | None) -> "Table":
    """The rows, and which signals have no source on the channel.

    Raises:
        ConfigRefused: the file has a fault.
        ValueError: no such channel, or none was named and they differ.
    """
    from interlocks.catalogue.table import DEFAULT_RULES
    from interlocks.vocabulary import FITTED
    from pumpd import config as cfg
    from pumpd.policy import policy_for

    if config_file is None:
        if name is not None:
            raise ValueError("--channel needs --config: the default table is that of no channel")
        return DEFAULT_RULES, frozenset()
    config = cfg.load(config_file)
    policies = [policy_for(one, 1, config.limits, config.shadow) for one in config.channels]
    tables = {one.channel: (one.rules, frozenset(FITTED) - one.fitted) for one in policies}
    if name is not None:
        if name not in tables:
            raise ValueError(f"no channel {name}; there are {', '.join(tables)}")
        return tables[name]
    if len(set(map(repr, tables.values()))) > 1:
        raise ValueError(f"the channels' tables differ, name one with --channel: {', '.join(tables)}")
    return next(iter(tables.values()))
