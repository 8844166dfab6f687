"""Commands about what no map shows: answers without lungs, cases that are alike, concepts, the smallest change."""

import argparse
from pathlib import Path

from medrnn.commands.common import show
from medrnn.config import DISCLAIMER


def shortcuts(args: argparse.Namespace) -> int:
    """What a model answers without the lungs, and from the lungs alone, over the outlined test pictures of chest64."""
    from medrnn import disk
    from medrnn.datasets import load_dataset
    from medrnn.datasets.outlines import read_outlines
    from medrnn.explanation.beyond.views import answer_views, views_csv
    from medrnn.models import catalog

    card = catalog.find_card(args.model)
    name = args.data or str(card.data["name"])
    outlines = read_outlines(name)
    found = answer_views(catalog.load_model(args.model, args.device), card, load_dataset(name), outlines)
    if args.csv:
        with disk.writing(Path(args.csv), "the table") as file:
            file.write(views_csv(found).encode())
    record = {"model": card.id, "data": name, "n": len(found.rows), "greys": list(found.greys)}
    show(record | {"views": found.figures(), "note": DISCLAIMER}, args.json)
    return 0
