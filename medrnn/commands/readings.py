"""Commands about a model and an image: answers, traces, maps, interventions."""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrnn.commands.common import each_file, one_model, read_as, read_image, show
from medrnn.config import DISCLAIMER
from medrnn.errors import ConfigError

if TYPE_CHECKING:  # no command waits for what it does not use
    import numpy as np

    from medrnn.explanation.interventions.kinds import Intervention
    from medrnn.models.cards import Card
    from medrnn.models.classifier import Classifier
    from medrnn.models.inference import Inference
    from medrnn.types import Prediction, Reading, Trace


def _verdict_record(inference: "Inference") -> dict[str, Any]:
    """Whether the image is of the kind that the model knows, and how the answer was made, for every such command."""
    return {"verdict": inference.verdict.name, "reason": inference.reason, "inference": inference.to_dict()}


def _by_class(found: "Prediction", rows: "np.ndarray | None") -> list[dict[str, float]] | None:
    """Probabilities (row, class) by the names of the classes; None of what there is none of."""
    return None if rows is None else [dict(zip(found.classes, row, strict=True)) for row in rows.tolist()]


def _prediction_record(file: str, card: "Card", reading: "Reading", found: "Prediction") -> dict[str, Any]:
    """What ``predict`` prints of one model and one file."""
    from medrnn.models.inference import infer

    novelty = found.novelty
    return {
        "file": file,
        "model": found.model,
        "device": found.device,
        **_verdict_record(infer(card, reading, device=found.device, found=found)),
        "probabilities": dict(zip(found.classes, found.probabilities.tolist(), strict=True)),
        "seeds": _by_class(found, found.seeds),
        "steps": _by_class(found, found.steps),
        "elapsed_ms": found.elapsed_ms,
        "novelty": asdict(novelty) if novelty else None,
        "warnings": list(reading.warnings),
        "note": DISCLAIMER,
    }


def predict(args: argparse.Namespace) -> int:
    """The answer of one or several models to one or several files."""
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
            records.append(_prediction_record(file, card, reading, found))
        return records

    return each_file(args, _answer)


def _inference(
    card: "Card", model: "Classifier", reading: "Reading", edits: "Sequence[Intervention]" = ()
) -> "Inference":
    """How what is printed was made."""
    from medrnn.explanation.interventions.kinds import seed_of
    from medrnn.models.inference import infer

    device = str(next(model.parameters()).device)
    return infer(card, reading, device=device, edits=[one.to_dict() for one in edits], seed=seed_of(edits))


def trace(args: argparse.Namespace) -> int:
    """Every gate and state, as NPZ."""
    from medrnn.explanation.export import save_trace
    from medrnn.explanation.tracing.trace import trace as run

    card, model, reading = one_model(args)
    found, inference = run(model, reading.sequence), _inference(card, model, reading)
    save_trace(Path(args.out), found, reading, inference)
    show(
        {
            "out": args.out,
            "model": card.id,
            **_verdict_record(inference),
            "arrays": len(found.arrays),
            "error": found.error,
            "note": DISCLAIMER,
        },
        args.json,
    )
    return 0


def _finite(values: "np.ndarray") -> list[float | None]:
    """JSON has no word for NaN and infinity."""
    return [float(v) if math.isfinite(v) else None for v in values]


def _part_record(model: "Classifier", found: "Trace", layer: int, direction: str) -> dict[str, Any]:
    """What ``memory`` prints of one layer and direction."""
    from medrnn.explanation.memory.horizon import horizon
    from medrnn.explanation.memory.retention import half_life, idle_units, saturation

    part, reach = found.part(layer, direction), horizon(model, found, layer, direction)
    lives = half_life(part)
    return {
        "layer": layer,
        "direction": direction,
        "saturation": {
            symbol: {"below_0.1": float(gate.left.mean()), "above_0.9": float(gate.right.mean())}
            for symbol, gate in saturation(part).items()
        },
        "half_life_steps": None if lives is None else _finite(lives),
        "idle_units": idle_units(part).nonzero()[0].tolist(),
        "horizon": _finite(reach.hidden),
        "horizon_cell": None if reach.cell is None else _finite(reach.cell),
    }


def memory(args: argparse.Namespace) -> int:
    """The memory in numbers: when the answer settles, how long units keep, how far back the state reaches."""
    from medrnn.explanation.memory.horizon import step_gradients
    from medrnn.explanation.memory.settling import describe_answers
    from medrnn.explanation.tracing.trace import trace as run
    from medrnn.models.predict import predict as ask

    card, model, reading = one_model(args)
    found, prediction = run(model, reading.sequence), ask(model, card, reading)
    over_time = describe_answers(prediction.steps)
    record = {
        "file": args.file,
        "model": card.id,
        "answer": card.classes[prediction.answer],
        **_verdict_record(_inference(card, model, reading)),
        "settled_step": over_time.settled,
        "stability": over_time.stability,
        "drift": over_time.drift,
        "entropy_bits": over_time.entropy.tolist(),
        "step_gradients": step_gradients(model, reading.sequence, prediction.answer).tolist(),
        "parts": [
            _part_record(model, found, layer, way)
            for layer in range(found.layers)
            for way in found.directions
        ],
        "note": DISCLAIMER,
    }
    show(record, args.json)
    return 0


def explain(args: argparse.Namespace) -> int:
    """How much each pixel moved the score of a class, as NPZ."""
    from medrnn.explanation.attribution import explain_reading
    from medrnn.explanation.export import save_attribution

    card, model, reading = one_model(args)
    found = explain_reading(
        model, card, reading, method=args.method, target=args.target, baseline=args.baseline
    )
    inference = _inference(card, model, reading)
    save_attribution(Path(args.out), found, inference)
    show(
        {
            "out": args.out,
            "model": card.id,
            **_verdict_record(inference),
            "method": found.method,
            "class": found.target,
            "baseline": found.baseline or None,
            "completeness_error": found.completeness_error,
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
    except json.JSONDecodeError as error:
        raise ConfigError(
            f'edit: expected JSON such as \'{{"kind": "skip", "steps": "8-14"}}\', got {error.doc!r}.'
        ) from None


def intervene(args: argparse.Namespace) -> int:
    """The answer before and after gates, units, steps or a band of the image were changed."""
    from medrnn.datasets import load_dataset
    from medrnn.explanation.interventions.effects import compare
    from medrnn.explanation.interventions.set_effects import LIMIT, share_changed

    edits = _edits(args.edit)
    card, model, reading = one_model(args)
    over_data, found = None, compare(model, card, reading, edits)
    if args.data:
        test, limit = load_dataset(args.data).test, LIMIT if args.limit is None else args.limit
        over_data = share_changed(model, card, test.images, test.labels, edits, limit=limit).to_dict()
        over_data = {"data": args.data, "split": "test", **over_data}
    inference = _inference(card, model, reading, edits)
    record = {"file": args.file, **_verdict_record(inference), **found.to_dict(), "over_data": over_data}
    show(record | {"note": DISCLAIMER}, args.json)
    return 0
