"""Commands about what no map shows: answers without lungs, cases that are alike, concepts, the smallest change."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrnn.commands.common import inference_of, one_model, show, verdict_record
from medrnn.config import DISCLAIMER

if TYPE_CHECKING:  # no command waits for what it does not use
    from medrnn.explanation.beyond.nearest import Cases


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


def _cases_record(found: "Cases", classes: tuple[str, ...]) -> dict[str, Any]:
    """Some cases as ``nearest`` prints them."""
    return {
        "shares": dict(zip(classes, found.shares.tolist(), strict=True)),
        "usual_distance": found.usual,
        "cases": [
            {"row": int(row), "label": classes[label], "answer": classes[answer], "distance": float(distance)}
            for row, label, answer, distance in zip(
                found.rows, found.labels, found.answers, found.distances, strict=True
            )
        ],
    }


def nearest(args: argparse.Namespace) -> int:
    """The training images that the model holds to be most alike, with their labels, and the nearest by pixels."""
    from medrnn.datasets import load_dataset
    from medrnn.explanation.beyond.nearest import build_gallery, find_nearest

    card, model, reading = one_model(args)
    data = load_dataset(args.data or str(card.data["name"]))
    gallery = build_gallery(model, card, data)
    found = find_nearest(model, card, reading, gallery, count=args.count, seed=args.seed)
    record = {
        "file": args.file,
        "model": card.id,
        **verdict_record(inference_of(card, model, reading)),
        "answer": found.classes[found.answer],
        "data": found.data,
        "split": "train",
        "n": len(gallery),
        "by_state": _cases_record(found.by_state, found.classes),
        "by_pixels": _cases_record(found.by_pixels, found.classes),
        "in_both": found.shared,
        "seed": args.seed,
        "note": DISCLAIMER,
    }
    show(record, args.json)
    return 0
