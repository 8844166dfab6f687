"""What each command of the command line does: arguments in, text or JSON out. See ``medrnn.__main__``."""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from medrnn.config import DISCLAIMER
from medrnn.errors import ConfigError, ImageError, MedrnnError


def _show(record: Any, as_json: bool) -> None:
    """One object: a line of JSON, or "name: value" lines."""
    if as_json:
        print(json.dumps(record, allow_nan=False), flush=True)
        return
    for name, value in record.items():
        print(f"{name}: {json.dumps(value) if isinstance(value, dict | list) else value}")
    print()


def _read(file: str) -> Any:
    from medrnn.imaging.paths import read_one

    return read_one(file)


def _each_file(args: argparse.Namespace, answer: Callable[[str], list[dict[str, Any]]]) -> int:
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
                _show(record, args.json)
    return code


def inspect(args: argparse.Namespace) -> int:
    """What a file, a zip or a folder holds: one record a study, series stacked."""
    from medrnn.imaging.paths import read_path
    from medrnn.imaging.summary import summarize
    from medrnn.types import Study

    def _answer(file: str) -> list[dict[str, Any]]:
        return [
            {"file": file, **(summarize(one, args.frame) if isinstance(one, Study) else {"error": str(one)})}
            for one in read_path(file)
        ]

    return _each_file(args, _answer)


def deidentify(args: argparse.Namespace) -> int:
    """A DICOM file, or a zip or folder of them, written anew without anything that names a person."""
    from medrnn.imaging import paths, release
    from medrnn.imaging.deidentify import deidentify_all

    found = deidentify_all(paths.list_bytes(args.input))
    wrong = [(number, error) for number, error in enumerate(found, 1) if isinstance(error, ImageError)]
    if len(found) == len(wrong) == 1:
        raise wrong[0][1]
    for number, error in wrong:
        print(f"error: file {number}: {error}", file=sys.stderr)
    written = release.write(found, Path(args.out), is_folder=not paths.is_file(args.input))
    _show({"out": args.out, "files": written, "left_out": len(wrong), "note": DISCLAIMER}, args.json)
    return 2 if wrong else 0


def models(args: argparse.Namespace) -> int:
    """The catalogue."""
    from medrnn.models.catalog import list_cards

    for card in list_cards().values():
        _show(
            {
                "id": card.id,
                "cell": card.config.model.cell,
                "reading": card.config.reading.to_dict(),
                "data": card.data["name"],
                "classes": list(card.classes),
                "parameters": card.parameters,
                "metrics": card.metrics,
            },
            args.json,
        )
    return 0


def _reading(args: argparse.Namespace, study: Any, card: Any) -> Any:
    from medrnn import sequences

    return sequences.read_study(
        study, card.config.reading, frame=args.frame, crop=args.crop, from_colour=args.grey
    )


def _prediction_record(file: str, found: Any, warnings: tuple[str, ...]) -> dict[str, Any]:
    """What ``predict`` prints of one model and one file."""
    novelty = found.novelty
    unlike = ("The image is unlike the model's training data: the answer means little.",)
    return {
        "file": file,
        "model": found.model,
        "device": found.device,
        "probabilities": dict(zip(found.classes, found.probabilities.tolist(), strict=True)),
        "steps": [dict(zip(found.classes, row, strict=True)) for row in found.steps.tolist()],
        "elapsed_ms": found.elapsed_ms,
        "novelty": {"score": novelty.score, "threshold": novelty.threshold} if novelty else None,
        "warnings": [*warnings, *(unlike if novelty and novelty.is_unlike else ())],
        "note": DISCLAIMER,
    }


def predict(args: argparse.Namespace) -> int:
    """The answer of one or several models to one or several files."""
    from medrnn.models import catalog
    from medrnn.models.predict import predict as run

    cards = [catalog.find_card(name) for name in args.model]
    ready = [(c, catalog.load_model(c.folder, args.device), catalog.load_novelty(c)) for c in cards]

    def _answer(file: str) -> list[dict[str, Any]]:
        study, records = _read(file), []
        for card, model, novelty in ready:
            reading = _reading(args, study, card)
            records.append(_prediction_record(file, run(model, card, reading, novelty), reading.warnings))
        return records

    return _each_file(args, _answer)


def _one_model(args: argparse.Namespace) -> tuple[Any, Any, Any]:
    from medrnn.models import catalog

    card = catalog.find_card(args.model)
    return card, catalog.load_model(args.model, args.device), _reading(args, _read(args.file), card)


def trace(args: argparse.Namespace) -> int:
    """Every gate and state, as NPZ."""
    from medrnn.explanation.export import save_trace
    from medrnn.explanation.trace import trace as run

    card, model, reading = _one_model(args)
    found = run(model, reading.sequence)
    save_trace(Path(args.out), found, reading, card)
    _show(
        {
            "out": args.out,
            "model": card.id,
            "arrays": len(found.arrays),
            "error": found.error,
            "note": DISCLAIMER,
        },
        args.json,
    )
    return 0


def explain(args: argparse.Namespace) -> int:
    """How much each pixel moved the score of a class, as NPZ."""
    from medrnn.explanation.attribution import explain_reading
    from medrnn.explanation.export import save_attribution

    card, model, reading = _one_model(args)
    found = explain_reading(
        model, card, reading, method=args.method, target=args.target, baseline=args.baseline
    )
    save_attribution(Path(args.out), found)
    _show(
        {
            "out": args.out,
            "model": card.id,
            "method": found.method,
            "class": found.target,
            "baseline": found.baseline or None,
            "completeness_error": found.completeness_error,
            "note": DISCLAIMER,
        },
        args.json,
    )
    return 0


def _edits(texts: list[str]) -> list[Any]:
    """The interventions of ``--edit``, each one JSON object."""
    from medrnn.explanation.interventions import Intervention

    try:
        return [Intervention.from_dict(json.loads(text)) for text in texts]
    except json.JSONDecodeError as error:
        raise ConfigError(
            f'edit: expected JSON such as \'{{"kind": "skip", "steps": "8-14"}}\', got {error.doc!r}.'
        ) from None


def intervene(args: argparse.Namespace) -> int:
    """The answer before and after gates, units, steps or a band of the image were changed."""
    from medrnn.datasets import load_dataset
    from medrnn.explanation.effects import compare
    from medrnn.explanation.set_effects import LIMIT, share_changed

    edits = _edits(args.edit)
    card, model, reading = _one_model(args)
    over_data, found = None, compare(model, card, reading, edits)
    if args.data:
        test, limit = load_dataset(args.data).test, LIMIT if args.limit is None else args.limit
        over_data = share_changed(model, card, test.images, test.labels, edits, limit=limit).to_dict()
        over_data = {"data": args.data, "split": "test", **over_data}
    _show({"file": args.file, **found.to_dict(), "over_data": over_data, "note": DISCLAIMER}, args.json)
    return 0


def _progress(event: Any) -> None:
    numbers = " ".join(
        f"{k}={v:.4g}" if isinstance(v, float) else f"{k}={v}"
        for k, v in event.data.items()
        if k != "intervals"
    )
    print(f"{event.kind}: {numbers}", file=sys.stderr, flush=True)


def train(args: argparse.Namespace) -> int:
    """A training run in a folder of its own; the last line is the result."""
    from medrnn.training.presets import PRESETS

    if args.list:
        _show({name: config.to_dict() for name, config in PRESETS.items()}, args.json)
        return 0
    from medrnn.models.catalog import read_card
    from medrnn.training.run import load_config
    from medrnn.training.run import train as run
    from medrnn.training.seeds import train_seeds

    if not args.out or bool(args.preset) == bool(args.config):
        raise ConfigError("train: expected --out DIR and one of --preset NAME, --config FILE (or --list)")
    if args.preset and args.preset not in PRESETS:
        raise ConfigError(f"train: expected a preset out of {', '.join(PRESETS)}, got {args.preset!r}")
    config = PRESETS[args.preset] if args.preset else load_config(Path(args.config))
    config = replace(
        config, data=args.data or config.data, seed=config.seed if args.seed is None else args.seed
    )
    if args.seeds:
        events = train_seeds(config, args.out, args.seeds, device=args.device, command=_command(args))
    else:
        queue = Path(args.queue) if args.queue else None
        events = run(config, args.out, device=args.device, command=_command(args), queue=queue)
    for event in events:
        _progress(event)
    card = read_card(Path(args.out))
    if not args.json:
        print(args.out)
    result = {
        "run": args.out,
        "id": card.id,
        "seed": card.config.seed,
        "digest": card.digest,
        "metrics": card.metrics,
    }
    print(json.dumps(result), flush=True)
    return 0


def _command(args: argparse.Namespace) -> str:
    """How to get the same model again, with the run folder named only by its last part."""
    words = [f"--preset {args.preset}"] if args.preset else ["--config config.json"]
    if args.seeds:
        words.append("--seeds " + " ".join(map(str, args.seeds)))
    elif args.seed is not None:
        words.append(f"--seed {args.seed}")
    return f"python -m medrnn train {' '.join(words)} --out runs/{Path(args.out).name}"


def evaluate(args: argparse.Namespace) -> int:
    """The test split of a data set."""
    from medrnn.evaluation.evaluate import evaluate as run

    _show(run(args.model, args.data, args.device), args.json)
    return 0


def index(args: argparse.Namespace) -> int:
    """The hidden states of a model over a data set's validation and test images, for select-and-match."""
    import time

    from medrnn.datasets import load_dataset
    from medrnn.explanation.indexing import LIMIT, index_dataset
    from medrnn.explanation.states import save_index
    from medrnn.models import catalog

    card, began = catalog.find_card(args.model), time.monotonic()
    model, data = catalog.load_model(args.model, args.device), args.data or card.config.data
    found = index_dataset(
        card,
        model,
        load_dataset(data),
        data=data,
        limit=LIMIT if args.limit is None else args.limit,
        progress=lambda done, total: print(f"images: {done} of {total}", file=sys.stderr, flush=True),
    )
    out = save_index(found)
    _show(
        {
            "out": str(out),
            "images": len(found),
            "steps": found.steps,
            "units": found.states.shape[2],
            "megabytes": round(out.stat().st_size / 1e6, 3),
            "elapsed_s": round(time.monotonic() - began, 3),
        },
        args.json,
    )
    return 0


def bench(args: argparse.Namespace) -> int:
    """Measurements that stand in the texts of this project."""
    from medrnn.bench import run_bench

    _show(run_bench(args.name), args.json)
    return 0


def doctor(args: argparse.Namespace) -> int:
    """Versions, devices, decoders, and what is missing."""
    from medrnn.bench.doctor import examine

    _show(examine(), args.json)
    return 0
