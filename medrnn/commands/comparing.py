"""Commands about many images: several models on a data set, and answers to a folder as lines of a table."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrnn.commands.common import data_of, show
from medrnn.errors import ConfigError, MedrnnError
from medrnn.models.inference import TableWriter

if TYPE_CHECKING:  # no command waits for what it does not use
    from medrnn.compare.figures import Comparison
    from medrnn.compare.own import OwnAnswer, OwnImage
    from medrnn.datasets import Dataset
    from medrnn.models.cards import Card


def compare(args: argparse.Namespace) -> int:
    """Several models on the test part of a data set: figures with intervals, paired tests, groups."""
    from medrnn import disk
    from medrnn.compare.set_record import images_csv, to_dict

    found, data = _compared(args)
    if args.csv:
        with disk.writing(Path(args.csv), "the table") as file:
            file.write(images_csv(found).encode())
    if args.html:
        with disk.writing(Path(args.html), "the report") as file:
            file.write(_html(found, data).encode())
    if args.json:
        show(to_dict(found), as_json=True)
    else:
        _say(found)
    return 0


def _compared(args: argparse.Namespace) -> "tuple[Comparison, Dataset]":
    """The comparison, and the set that it is over; volumes are cut as the first model that is named learnt them."""
    from medrnn.compare import figures
    from medrnn.compare.sets import answer_images, pick, put_together
    from medrnn.datasets.checks import require_images
    from medrnn.datasets.metadata import metadata_of
    from medrnn.models import catalog

    if not 0 < args.specificity < 1:
        raise ConfigError(f"specificity: expected a number between 0 and 1, got {args.specificity:g}.")
    if args.seed < 0:
        raise ConfigError(f"seed: expected 0 or more, got {args.seed}.")
    known = catalog.list_cards()
    named = {name: catalog.find_card(name) for name in dict.fromkeys(args.model)}
    data = data_of(next(iter(named.values()), next(iter(known.values()))), args.data)
    require_images(data, "test")
    cards = pick(known | named, list(named), data)
    if len({card.id for card in cards}) < len(cards):
        raise ConfigError("model: expected models of different names, got two of one name. Rename a folder.")
    target = len(data.classes) - 1 if args.target is None else _class(args.target, data.classes)
    answers = []
    for card in cards:
        print(f"{card.id}: {len(data.test):,} images", file=sys.stderr, flush=True)
        answers.append(
            answer_images(
                catalog.load_model(card.folder, args.device),
                card,
                data.test.images,
                lengths=data.test.lengths,
            )
        )
    compared = put_together(data, answers, metadata_of(data.name))
    found = figures.compare(compared, target=target, specificity=args.specificity, seed=args.seed)
    return found, data


def _class(name: str, classes: tuple[str, ...]) -> int:
    if name not in classes:
        raise ConfigError(f"class: expected one of {', '.join(classes)}, got {name!r}.")
    return classes.index(name)


def _say(found: "Comparison") -> None:
    """The tables and sentences of the page."""
    from medrnn.compare.rows import figure_rows, group_rows
    from medrnn.compare.words import (
        draws_sentence,
        groups_sentence,
        pair_sentences,
        tests_sentence,
        time_sentence,
    )
    from medrnn.config import DISCLAIMER

    for row in figure_rows(found):
        print("  ".join(f"{cell:<30}" for cell in row.values()).rstrip())
    print(f"\n{draws_sentence(found)}\n{time_sentence(found)}\n")
    for pair in found.pairs:
        print("\n".join(words for words, _ in pair_sentences(found, pair)))
    print(f"{tests_sentence(found)}\n")
    for line in group_rows(found):
        print("  ".join(f"{cell!s:<30}" for cell in line.values()).rstrip())
    print(f"{groups_sentence(found)}\n\n{DISCLAIMER}")


def _html(found: "Comparison", data: "Dataset") -> str:
    from medrnn import plots
    from medrnn.datasets.as_study import as_address
    from medrnn.plots.sets import COSTS
    from medrnn.report.comparison import write

    figures = {"roc": plots.to_html(plots.roc_curves(found), "roc")}
    figures |= {name: plots.to_html(plots.accuracy_costs(found, name), name) for name in COSTS}
    return write(found, figures, plots.library(), [as_address(one) for one in data.test.images])


def answers_table(args: argparse.Namespace) -> int:
    """``predict --csv``: a line an image and model; what cannot be read has a line that says why, and the code is 2."""
    from medrnn.compare import own_table
    from medrnn.models import catalog

    if args.json:
        raise ConfigError("predict: expected one of --json and --csv, got both.")
    cards = [catalog.find_card(name) for name in args.model]
    writer = TableWriter(sys.stdout)
    writer.writerow(own_table.columns(cards))
    models = [catalog.load_model(card.folder, args.device) for card in cards]
    code, classes = 0, own_table.classes_of(cards)
    for name, image in _images(args, are_series=all(card.config.reading.is_series for card in cards)):
        wrong: dict[str, None] = {}  # each reason once
        for card, model in zip(cards, models, strict=True):
            told = _answer(args, model, card, image)
            writer.writerow(own_table.row(name, image, card, told, classes))
            wrong |= {} if told.verdict else {told.reason: None}
        sys.stdout.flush()
        for reason in wrong:
            print(f"error: {name}: {reason}", file=sys.stderr)
            code = 2
    return code


def _answer(args: argparse.Namespace, model: Any, card: "Card", image: "OwnImage") -> "OwnAnswer":
    from medrnn.compare.own import answer_own
    from medrnn.models.catalog import load_novelty

    ((told,),) = answer_own(model, card, [image], load_novelty(card), from_colour=args.grey, crop=args.crop)
    return told


def _images(args: argparse.Namespace, *, are_series: bool) -> "Iterator[tuple[str, OwnImage]]":
    """Each image of each file, zip or folder with the path that it was given by; of several frames all, or the one
    that was asked for, and where all models read series the middle one, round which they read.
    """
    from medrnn.compare.own import OwnImage, list_images
    from medrnn.imaging.series.paths import read_named
    from medrnn.types import Study

    for file in args.files:
        try:
            found = read_named(file)
        except MedrnnError as error:
            yield file, OwnImage(1, None, error=str(error))
            continue
        for index, (inner, study) in enumerate(found):
            name = f"{file}/{inner}" if inner else file
            if isinstance(study, Study) and are_series and args.frame is None:
                yield name, OwnImage(index + 1, study, study.frames // 2)
            elif args.frame is None or not isinstance(study, Study):
                yield from ((name, image) for image in list_images([(index, study)]))
            else:
                yield name, OwnImage(index + 1, study, args.frame)
