"""Measurements, and what runs here."""

import argparse
from typing import Any

from medrnn.commands.common import show


def bench(args: argparse.Namespace) -> int:
    """Measurements that stand in the texts of this project."""
    from medrnn.bench import run_bench

    options: dict[str, Any] = {
        "load": {"only": args.only, "browsers": not args.no_browsers},
        "shortcuts": {"models": args.model},
        "train": {"device": args.device},
        "explain": {"device": args.device},
        "defaults": {"data": args.data},
    }.get(args.name, {})
    show(run_bench(args.name, **options), args.json)
    return 0


def doctor(args: argparse.Namespace) -> int:
    """Versions, devices, decoders, and what is missing."""
    from medrnn.bench.doctor import examine

    show(examine(), args.json)
    return 0
