"""Commands about what a network keeps while it reads an image: traces, the memory in numbers."""

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrnn.commands.common import NO_STEPS, check_line, inference_of, one_model, show, verdict_record
from medrnn.config import DISCLAIMER

if TYPE_CHECKING:  # no command waits for what it does not use
    import numpy as np

    from medrnn.models.classifier import Classifier
    from medrnn.models.inference import Inference
    from medrnn.types import Prediction, Reading, Trace


def _save_trace(
    args: argparse.Namespace, model: "Classifier", reading: "Reading", inference: "Inference"
) -> tuple[int, float]:
    """Write what was asked for; gives the number of arrays and the largest error."""
    from medrnn.explanation.export import save_sweeps, save_trace
    from medrnn.explanation.tracing.inside import last_module, trace_inside
    from medrnn.models.places import passages

    known, name = passages(model.config, model.reading), args.module or last_module(model)
    if model.config.core == "sweeps" and args.line is None:
        names = [args.module] if args.module else list(known)
        traces = {one: trace_inside(model, reading.sequence, one) for one in names}
        save_sweeps(Path(args.out), traces, known, reading, inference)
        arrays = sum(len(one.arrays) for one in traces.values())
        return arrays, max(one.error for one in traces.values())
    found = trace_inside(model, reading.sequence, name)
    line = check_line(known[name], args.line or 0)
    boxes, module = known[name].boxes(reading.canvas, line), "" if name == "rnn" else name
    save_trace(Path(args.out), found.one(line), reading, inference, boxes, module=module)
    return len(found.arrays), found.error


def trace(args: argparse.Namespace) -> int:
    """Every gate and state, as NPZ."""
    card, model, reading = one_model(args)
    inference = inference_of(card, model, reading)
    arrays, error = _save_trace(args, model, reading, inference)
    show(
        {
            "out": args.out,
            "model": card.id,
            **verdict_record(inference),
            "arrays": arrays,
            "error": error,
            "note": DISCLAIMER,
        },
        args.json,
    )
    return 0


def _finite(values: "np.ndarray") -> list[float | None]:
    """JSON has no word for NaN and infinity."""
    return [float(v) if math.isfinite(v) else None for v in values]


def _part_record(
    model: "Classifier", found: "Trace", layer: int, direction: str, module: str
) -> dict[str, Any]:
    """What ``memory`` prints of one layer and direction."""
    from medrnn.explanation.memory.horizon import horizon
    from medrnn.explanation.memory.retention import half_life, idle_units, saturation

    part, reach = found.part(layer, direction), horizon(model, found, layer, direction, module)
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


def _memory_record(
    args: argparse.Namespace, model: "Classifier", reading: "Reading", prediction: "Prediction"
) -> dict[str, Any]:
    """The answer over time, and each layer and direction of a module: of one that sweeps a map those of a line."""
    from medrnn.explanation.memory.settling import describe_answers
    from medrnn.explanation.tracing.inside import last_module, trace_inside
    from medrnn.models.places import passages

    name = args.module or last_module(model)
    traced = trace_inside(model, reading.sequence, name)
    line = check_line(passages(model.config, model.reading)[name], args.line or 0)
    found, over_time = traced.one(line), describe_answers(prediction.steps)
    return {
        "settled_step": over_time.settled,
        "stability": over_time.stability,
        "drift": over_time.drift,
        "entropy_bits": over_time.entropy.tolist(),
        "module": name,
        "line": line,
        "parts": [
            _part_record(model, found, layer, way, name)
            for layer in range(found.layers)
            for way in found.directions
        ],
    }


def _attention(model: "Classifier", reading: "Reading") -> "np.ndarray | None":
    """The weights of the read-out by step, or by row and column of the map; None where it has none."""
    from medrnn.explanation.tracing.inside import attention_weights

    return attention_weights(model, reading.sequence) if model.config.readout == "attention" else None


def memory(args: argparse.Namespace) -> int:
    """The memory in numbers: when the answer settles, how long units keep, how far back the state reaches."""
    from medrnn.explanation.memory.horizon import step_gradients
    from medrnn.models.predict import predict as ask

    card, model, reading = one_model(args)
    prediction = ask(model, card, reading)
    if card.config.model.is_recurrent:
        told = _memory_record(args, model, reading, prediction)
    else:
        told = dict.fromkeys(
            ("settled_step", "stability", "drift", "entropy_bits", "module", "line", "parts")
        )
        told["steps_reason"] = NO_STEPS
    record = {
        "file": args.file,
        "model": card.id,
        "answer": card.classes[prediction.answer],
        **verdict_record(inference_of(card, model, reading)),
        "attention": weights.tolist() if (weights := _attention(model, reading)) is not None else None,
        "step_gradients": step_gradients(model, reading.sequence, prediction.answer).tolist(),
        **told,
        "note": DISCLAIMER,
    }
    show(record, args.json)
    return 0
