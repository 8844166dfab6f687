"""Commands about what no map shows: answers without lungs, cases that are alike, concepts, the smallest change."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrnn.commands.common import data_of, inference_of, one_model, show, verdict_record
from medrnn.config import DISCLAIMER
from medrnn.errors import ConfigError

if TYPE_CHECKING:  # no command waits for what it does not use
    import numpy as np

    from medrnn.explanation.beyond.nearest import Cases
    from medrnn.models.cards import Card
    from medrnn.models.classifier import Classifier
    from medrnn.types import Reading

CASE = "case"


def shortcuts(args: argparse.Namespace) -> int:
    """What a model answers without the lungs, and from the lungs alone, over the outlined test pictures of chest64."""
    from medrnn import disk
    from medrnn.datasets.outlines import read_outlines
    from medrnn.explanation.beyond.views import answer_views, views_csv
    from medrnn.models import catalog

    card = catalog.find_card(args.model)
    name = args.data or str(card.data["name"])
    outlines = read_outlines(name)
    found = answer_views(
        catalog.load_model(args.model, args.device), card, data_of(card, args.data), outlines
    )
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
    from medrnn.explanation.beyond.nearest import build_gallery, find_nearest

    card, model, reading = one_model(args)
    gallery = build_gallery(model, card, data_of(card, args.data))
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


def _towards_case(
    args: argparse.Namespace, model: "Classifier", card: "Card", reading: "Reading"
) -> "tuple[np.ndarray, dict[str, Any]]":
    """The nearest training image of another class as it is read, and what is said of it."""
    from medrnn.explanation.beyond.nearest import build_gallery, nearest_of_another, sequence_of

    gallery = build_gallery(model, card, data_of(card, args.data))
    row = nearest_of_another(model, card, reading, gallery)
    said = {"data": gallery.data, "split": "train", "row": row, "label": gallery.classes[gallery.labels[row]]}
    return sequence_of(gallery, row, card.config.reading), said


def counterfactual(args: argparse.Namespace) -> int:
    """Few rows, columns or patches that turn the answer when they become those of another picture."""
    from medrnn.explanation.beyond.counterfactual import find_counterfactual
    from medrnn.explanation.export import save_counterfactual

    card, model, reading = one_model(args)
    towards, case = args.towards, None
    if args.towards == CASE:
        towards, case = _towards_case(args, model, card, reading)
    found = find_counterfactual(model, card, reading, towards=towards)
    inference = inference_of(card, model, reading)
    if args.out:
        save_counterfactual(Path(args.out), found, reading, inference)
    record = {
        "file": args.file,
        "model": card.id,
        **verdict_record(inference),
        "towards": found.towards,
        "case": case,
        "found": found.is_found,
        "line": found.line,
        "steps": found.steps.tolist() if found.is_found else None,
        "of": len(found.sequence),
        "before": dict(zip(found.classes, found.before.tolist(), strict=True)),
        "after": dict(zip(found.classes, found.after.tolist(), strict=True)),
        "out": args.out,
        "note": DISCLAIMER,
    }
    show(record, args.json)
    return 0


def concepts(args: argparse.Namespace) -> int:
    """Whether the score of a class rises along something with a name, such as noise or a bright spot (TCAV)."""
    from medrnn.datasets.outlines import SETS, read_outlines
    from medrnn.explanation.beyond.concepts import score_concepts
    from medrnn.models import catalog

    card = catalog.find_card(args.model)
    name = args.data or str(card.data["name"])
    if args.target is not None and args.target not in card.classes:
        raise ConfigError(f"class: expected one of {', '.join(card.classes)}, got {args.target!r}.")
    found = score_concepts(
        catalog.load_model(args.model, args.device),
        card,
        data_of(card, args.data),
        target=len(card.classes) - 1 if args.target is None else card.classes.index(args.target),
        names=args.concept,
        outlines=read_outlines(name, "train") if name in SETS else None,
        examples=args.examples,
        draws=args.draws,
        seed=args.seed,
    )
    rows = [
        {
            "concept": one.name,
            "score": one.score,
            "accuracy": one.accuracy,
            "p": one.p,
            "counts": found.counts(one),
        }
        for one in found.found
    ]
    record = {
        "model": card.id,
        "data": name,
        "class": card.classes[found.target],
        "n": found.images,
        "examples": found.examples,
        "draws": len(found.control),
        "control": float(found.control.mean()),
        "rows": rows,
        "seed": found.seed,
        "note": DISCLAIMER,
    }
    show(record, args.json)
    return 0
