"""Commands about a model and an image: answers, maps, interventions."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrnn.commands.common import (
    NO_STEPS,
    check_line,
    data_of,
    each_file,
    inference_of,
    one_model,
    read_as,
    read_image,
    show,
    verdict_record,
)
from medrnn.commands.comparing import answers_table
from medrnn.config import DISCLAIMER
from medrnn.config.record import shown
from medrnn.errors import ConfigError

if TYPE_CHECKING:  # no command waits for what it does not use
    from collections.abc import Sequence

    import numpy as np

    from medrnn.explanation.interventions.kinds import Intervention
    from medrnn.models.cards import Card
    from medrnn.models.classifier import Classifier
    from medrnn.types import Prediction, Reading, Study


def _by_class(found: "Prediction", rows: "np.ndarray | None") -> list[dict[str, float]] | None:
    """Probabilities (row, class) by the names of the classes; None of what there is none of."""
    return None if rows is None else [dict(zip(found.classes, row, strict=True)) for row in rows.tolist()]


def _prediction_record(file: str, card: "Card", reading: "Reading", found: "Prediction") -> dict[str, Any]:
    """What ``predict`` prints of one model and one file."""
    from medrnn.models.inference import infer
    from medrnn.models.sets import say_of

    novelty = found.novelty
    return {
        "file": file,
        "model": found.model,
        "device": found.device,
        **verdict_record(infer(card, reading, device=found.device, found=found)),
        "probabilities": dict(zip(found.classes, found.probabilities.tolist(), strict=True)),
        "prediction_set": None if found.kept is None else [found.classes[k] for k in found.kept],
        "cannot_tell": say_of(found) or None,
        "scaled": None
        if found.scaled is None
        else dict(zip(found.classes, found.scaled.tolist(), strict=True)),
        "seeds": _by_class(found, found.seeds),
        **_steps_record(found),
        **_slices_record(reading, found),
        "elapsed_ms": found.elapsed_ms,
        "novelty": asdict(novelty) if novelty else None,
        "warnings": list(reading.warnings),
        "note": DISCLAIMER,
    }


def _steps_record(found: "Prediction") -> dict[str, Any]:
    """The answer to each prefix; of a convolutional network null, and why."""
    if found.steps is None:
        return {"steps": None, "steps_reason": NO_STEPS}
    return {"steps": _by_class(found, found.steps)}


def _slices_record(reading: "Reading", found: "Prediction") -> dict[str, Any]:
    """Of a series the frame that each step read, counted from 0, its own answer and how much of it counts."""
    if not reading.config.is_series:
        return {}
    record: dict[str, Any] = {"frames": list(reading.frames)}
    if found.slices is not None and found.weights is not None:
        record |= {"slices": _by_class(found, found.slices), "weights": found.weights.tolist()}
    return record


def _along_record(card: "Card", model: "Classifier", study: "Study") -> dict[str, Any]:
    """The network moved along the whole series; slices without a block that is full enough are null."""
    from medrnn.models.along import read_along

    found = read_along(model, card, study)
    rows = [
        None if row[-1] != row[-1] else dict(zip(found.classes, row, strict=True))
        for row in found.probabilities.tolist()
    ]
    mean = [None if value != value else value for value in found.mean.tolist()]
    return {"along": {"frames": found.frames.tolist(), "surest": rows, "mean": mean, "blocks": found.blocks}}


def _again(
    model: "Classifier", reading: "Reading", seeds: "Sequence[Classifier]", seed: int
) -> dict[str, Any]:
    """``--uncertainty``: the answers of each way, with mean, spread, what it says and what it costs."""
    from medrnn.compare.uncertain import WAYS, ask_again

    return {
        "uncertainty": {
            one.way: {
                "says": WAYS[one.way][1],
                "passes": one.passes,
                "mean": one.mean.tolist() if one.passes else None,
                "spread": one.spread.tolist() if one.passes else None,
                "answers": one.answers.tolist(),
                "where": one.where or None,
                "seed": one.seed,
            }
            for one in ask_again(model, reading, seeds, seed=seed)
        }
    }


def predict(args: argparse.Namespace) -> int:
    """The answer of one or several models to one or several files."""
    if args.csv and args.uncertainty:
        raise ConfigError("predict: expected one of --csv and --uncertainty, got both.")
    if args.csv:
        return answers_table(args)
    from medrnn.models import catalog
    from medrnn.models.predict import predict as run

    cards = [catalog.find_card(name) for name in args.model]
    ready = [
        (
            c,
            catalog.load_model(c.folder, args.device),
            catalog.load_novelty(c),
            catalog.load_seeds(c, args.device),
        )
        for c in cards
    ]

    def _answer(file: str) -> list[dict[str, Any]]:
        study, records = read_image(file), []
        for card, model, novelty, seeds in ready:
            reading = read_as(args, study, card)
            found = run(model, card, reading, novelty, seeds)
            along = _along_record(card.as_read(reading.config), model, study) if args.along else {}
            again = _again(model, reading, seeds, args.seed) if args.uncertainty else {}
            records.append(_prediction_record(file, card, reading, found) | along | again)
        return records

    return each_file(args, _answer)


def _states(
    args: argparse.Namespace, model: "Classifier", reading: "Reading", target: int
) -> "dict[str, np.ndarray] | None":
    """Gradient times state of the module that was named, of all lines or of one."""
    from medrnn.explanation.attribution.states import attribute_states
    from medrnn.models.places import passages

    if not args.module and args.line is None:
        return None
    from medrnn.explanation.tracing.inside import last_module

    name = args.module or last_module(model)
    values = attribute_states(model, reading, name, target)
    if args.line is not None:
        line = check_line(passages(model.config, model.reading)[name], args.line)
        values = values[line : line + 1]
    return {name: values}


def explain(args: argparse.Namespace) -> int:
    """How much each pixel moved the score of a class, as NPZ; with --evidence also how far to trust that, printed."""
    from medrnn.commands.methods import asked_of, check_asked, list_methods
    from medrnn.commands.proving import NOT_KEPT, evidence_arrays, evidence_record, gather_for
    from medrnn.explanation.attribution.explain import explain_reading
    from medrnn.explanation.export import save_attribution

    if args.list:
        return list_methods(args)
    check_asked(args)
    card, model, reading = one_model(args)
    asked = asked_of(args, card)
    found = explain_reading(model, card, reading, method=args.method, target=args.target, **asked)
    states = _states(args, model, reading, card.classes.index(found.target))
    evidence = gather_for(args, card, model, reading, found, asked)
    inference = inference_of(card, model, reading)
    if args.out:
        save_attribution(Path(args.out), found, inference, states, evidence_arrays(evidence))
    else:
        print(NOT_KEPT, file=sys.stderr, flush=True)
    show(
        {
            "out": args.out,
            "model": card.id,
            **verdict_record(inference),
            "method": found.method,
            "class": found.target,
            "baseline": found.baseline or None,
            "completeness_error": found.completeness_error,
            "seed": found.seed,
            "step": found.step,
            "samples": found.samples,
            "others": found.others,
            **({"module": next(iter(states))} if states else {}),
            **evidence_record(evidence, as_json=args.json),
            "note": DISCLAIMER,
        },
        args.json,
    )
    return 0


def _edits(texts: list[str]) -> "list[Intervention]":
    """The interventions of ``--edit``, each one JSON object."""
    from medrnn.explanation.interventions.kinds import Intervention

    try:
        return [Intervention.from_dict(json.loads(text)) for text in texts]
    except (json.JSONDecodeError, RecursionError):
        got = ", ".join(map(shown, texts))
        raise ConfigError(
            f'edit: expected JSON such as \'{{"kind": "skip", "steps": "8-14"}}\', got {got}.'
        ) from None


def intervene(args: argparse.Namespace) -> int:
    """The answer before and after gates, units, steps or a band of the image were changed."""
    from medrnn.datasets.matching import match_classes
    from medrnn.explanation.interventions.effects import compare, states_moved
    from medrnn.explanation.interventions.set_effects import LIMIT, share_changed
    from medrnn.models.places import passages

    edits = _edits(args.edit)
    card, model, reading = one_model(args)
    over_data, found = None, compare(model, card, reading, edits, args.module or "")
    told = found.to_dict() | ({} if card.config.model.is_recurrent else {"steps_reason": NO_STEPS})
    if args.line is not None and found.module:
        line = check_line(passages(model.config, model.reading)[found.module], args.line)
        before, after = (one[found.module] for one in (found.traces_before, found.traces_after))
        moved = states_moved(before, after, line)
        told["states_moved"] = {name: values.tolist() for name, values in moved.items()}
    if args.data:
        test = match_classes(data_of(card, args.data), card.classes, card.id).test
        limit = LIMIT if args.limit is None else args.limit
        over_data = share_changed(model, card, test.images, test.labels, edits, limit=limit).to_dict()
        over_data = {"data": args.data, "split": "test", **over_data}
    inference = inference_of(card, model, reading, edits)
    record = {"file": args.file, **verdict_record(inference), **told, "over_data": over_data}
    show(record | {"note": DISCLAIMER}, args.json)
    return 0
