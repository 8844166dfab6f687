"""The lessons of the page Learn, and the measurements behind them."""

import argparse
import sys
from pkgutil import resolve_name

from medrnn.commands.common import show


def lessons(args: argparse.Namespace) -> int:
    """The lessons, or one of the measurements that ship with them, made again."""
    if args.measure:
        return _measure(args.measure, args.json)
    from medrnn.lessons import LESSONS

    for lesson in LESSONS.values():
        show({"id": lesson.id, "title": lesson.title, "minutes": lesson.minutes}, args.json)
    return 0


def _measure(name: str, as_json: bool) -> int:
    """Runs for some minutes; torch keeps to one thread, so that the seconds can be compared."""
    import torch

    from medrnn.lessons.measured import save

    torch.set_num_threads(1)
    measure = resolve_name(f"medrnn.lessons.{name}:measure")
    found = measure(lambda line: print(line, file=sys.stderr, flush=True))
    show({"out": save(found), "rows": len(found.rows), "seconds": found.seconds}, as_json)
    return 0
