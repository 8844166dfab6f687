"""What the commands share: how records are printed and errors said, how images are read."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from medrnn.errors import ConfigError, MedrnnError

NO_STEPS = "A convolutional network sees the whole image at once: it has no steps and no memory."

if TYPE_CHECKING:  # no command waits for what it does not use
    from medrnn.datasets import Dataset
    from medrnn.explanation.interventions.kinds import Intervention
    from medrnn.models.cards import Card
    from medrnn.models.classifier import Classifier
    from medrnn.models.inference import Inference
    from medrnn.models.places import Passage
    from medrnn.types import Reading, Study


def show(record: Mapping[str, Any], as_json: bool) -> None:
    """One object: a line of JSON, or "name: value" lines; without the trace of inference, which is for programs."""
    if as_json:
        print(json.dumps(record, allow_nan=False), flush=True)
        return
    for name, value in record.items():
        if name == "inference":
            continue
        print(f"{name}: {json.dumps(value) if isinstance(value, dict | list) else value}")
    print()


def read_image(file: str) -> "Study":
    """The only study of a file, a zip or a folder."""
    from medrnn.imaging.series.paths import read_one

    return read_one(file)


def each_file(args: argparse.Namespace, answer: Callable[[str], list[dict[str, Any]]]) -> int:
    """Answer every file; a bad one is said and the others go on."""
    code = 0
    for file in args.files:
        try:
            records = answer(file)
        except MedrnnError as error:
            records = [{"file": file, "error": str(error)}]
        is_alone = len(args.files) == len(records) == 1
        for record in records:
            if "error" in record:
                code = 2
                print(f"error: {'' if is_alone else file + ': '}{record['error']}", file=sys.stderr)
            if "error" not in record or not is_alone:
                show(record, args.json)
    return code


def read_as(args: argparse.Namespace, study: "Study", card: "Card") -> "Reading":
    """A study as the model of a card reads it, with the frame, crop and colour that were asked for."""
    from medrnn import sequences

    frame = args.frame
    if frame is None:
        frame = study.frames // 2 if card.config.reading.is_series else 0
    return sequences.read_study(
        study, card.config.reading, frame=frame, crop=args.crop, from_colour=args.grey
    )


def data_of(card: "Card", asked: str | None, option: str = "--data") -> "Dataset":
    """The set that a command over a set is about, volumes cut as the model learnt them.

    Args:
        card: of the model.
        asked: the set that was named; by default what the model learnt from.
        option: by which it is named.

    Raises:
        ConfigError: none was named, and what it learnt from is not shipped.
        DataError: there is no such set.
    """
    from medrnn.datasets import is_shipped, load_dataset
    from medrnn.datasets.choices import Choices

    name = asked or str(card.data["name"])
    if not asked and not is_shipped(name):
        raise ConfigError(
            f"{card.id} learnt from data that are not shipped: expected their place, got none. Name them with "
            f"{option}."
        )
    return load_dataset(name, Choices(cut=card.config.cut))


def one_model(args: argparse.Namespace) -> "tuple[Card, Classifier, Reading]":
    """The card, the network and the reading that ``--model`` and FILE name."""
    from medrnn.models import catalog

    card, model = catalog.find_card(args.model), catalog.load_model(args.model, args.device)
    reading = read_as(args, read_image(args.file), card)
    return card.as_read(reading.config), model.as_read(reading.config), reading


def verdict_record(inference: "Inference") -> dict[str, Any]:
    """Whether the image is of the kind that the model knows, and how the answer was made, for every such command."""
    return {"verdict": inference.verdict.name, "reason": inference.reason, "inference": inference.to_dict()}


def inference_of(
    card: "Card", model: "Classifier", reading: "Reading", edits: "Sequence[Intervention]" = ()
) -> "Inference":
    """How what is printed was made."""
    from medrnn.explanation.interventions.kinds import seed_of
    from medrnn.models.inference import infer

    device = str(next(model.parameters()).device)
    return infer(card, reading, device=device, edits=[one.to_dict() for one in edits], seed=seed_of(edits))


def check_line(passage: "Passage", line: int) -> int:
    """The line of a module, if there is such a one.

    Raises:
        ConfigError: there is not.
    """
    if not 0 <= line < passage.lines:
        raise ConfigError(f"line: expected 0 to {passage.lines - 1} of {passage.name}, got {line}.")
    return line
