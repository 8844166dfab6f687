"""Measurements, and what runs here."""

import argparse
from pathlib import Path
from typing import Any

from medrnn.commands.common import show
from medrnn.errors import ConfigError


def bench(args: argparse.Namespace) -> int:
    """Measurements that stand in the texts of this project."""
    from medrnn.bench import run_bench

    options: dict[str, Any] = {
        "load": {"only": args.only, "browsers": not args.no_browsers},
        "shortcuts": {"models": args.model},
        "train": {"device": args.device},
        "explain": {"device": args.device},
        "trace": {"device": args.device},
        "defaults": {"data": args.data},
        "faithfulness": {
            "models": args.model,
            "methods": args.only,
            "seed": args.seed,
            "baseline": args.baseline,
        },
    }.get(args.name, {})
    if args.markdown and args.name != "faithfulness":
        raise ConfigError(f"markdown: expected the measurement faithfulness, got {args.name}. Leave it out.")
    found = run_bench(args.name, **options)
    if args.markdown:
        _write_table(Path(args.markdown), found)
    show(found, args.json)
    return 0


def _write_table(path: Path, found: dict[str, Any]) -> None:
    """The rows of `bench faithfulness` as a table for the docs."""
    from medrnn import disk
    from medrnn.bench.faithful_table import to_markdown

    with disk.writing(path, path.name) as file:
        file.write(to_markdown(found).encode())


def doctor(args: argparse.Namespace) -> int:
    """Versions, devices, decoders, and what is missing."""
    from medrnn.bench.doctor import examine

    show(examine(), args.json)
    return 0
