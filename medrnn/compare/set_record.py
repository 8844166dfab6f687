"""What it takes to make a comparison again, and the comparison as files: figures and images as CSV, all as JSON."""

import io
import json
import shlex
from collections.abc import Iterator
from typing import Any

from medrnn.compare.figures import Comparison
from medrnn.config import DISCLAIMER
from medrnn.datasets import is_shipped
from medrnn.evaluation.figures import BINS, FIGURES, SPECIFICITY
from medrnn.models.inference import TableWriter, versions
from medrnn.training.again import YOUR_DATA


def command(found: Comparison) -> str:
    """The line that makes the same comparison on the command line."""
    compared = found.compared
    words = ["python", "-m", "medrnn", "compare", "--data"]
    words.append(compared.data if is_shipped(compared.data) else YOUR_DATA)
    for one in compared.models:
        words += ["--model", one.model]
    if found.specificity != SPECIFICITY:
        words += ["--specificity", f"{found.specificity:g}"]
    if found.target != len(compared.classes) - 1:
        words += ["--class", compared.classes[found.target]]
    if found.seed:
        words += ["--seed", str(found.seed)]
    return shlex.join(words)


def manifest(found: Comparison) -> dict[str, Any]:
    """Data, models, draws and versions as plain JSON values."""
    compared = found.compared
    return {
        "data": compared.data,
        "data_digest": compared.digest,
        "split": "test",
        "n": len(compared),
        "models": [
            {"model": one.model, "digest": one.digest, "learnt_from": one.learnt_from, "device": one.device}
            for one in compared.models
        ],
        "class": compared.classes[found.target],
        "specificity": found.specificity,
        "ece_bins": BINS,
        "bootstrap": {
            "resamples": found.rounds,
            "unit": found.unit,
            "within": "class",
            "level": 0.95,
            "seed": found.seed,
        },
        "versions": dict(versions()),
        "command": command(found),
        "note": DISCLAIMER,
    }


def to_dict(found: Comparison) -> dict[str, Any]:
    """The manifest with every figure, test and group."""
    models = found.compared.models
    figures = [
        {
            "model": one.model,
            "parameters": one.parameters,
            "elapsed_ms": one.elapsed_ms,
            **told.values,
            "intervals": {name: ends and list(ends) for name, ends in told.intervals.items()},
        }
        for one, told in zip(models, found.measured, strict=True)
    ]
    pairs = [
        {
            "first": models[pair.first].model,
            "second": models[pair.second].model,
            "auc": pair.auc and {**vars(pair.auc), "interval": list(pair.auc.interval), "p_holm": pair.auc_p},
            "errors": {**vars(pair.errors), "interval": list(pair.errors.interval), "p_holm": pair.errors_p},
            "resampled": {name: ends and list(ends) for name, ends in pair.resampled.items()},
        }
        for pair in found.pairs
    ]
    groups = [
        {"by": one.title, "group": one.name, "n": one.count}
        | {"right": dict(zip([m.model for m in models], one.right, strict=True))}
        for one in found.groups
    ]
    return manifest(found) | {"figures": figures, "pairs": pairs, "groups": groups}


def _head(found: Comparison) -> str:
    return f"# {DISCLAIMER}\n# comparison: {json.dumps(manifest(found), allow_nan=False)}\n"


def figures_csv(found: Comparison) -> str:
    """Columns ``model, figure, value, low, high``: every figure of every model, then parameters and milliseconds."""
    out = io.StringIO()
    out.write(_head(found))
    writer = TableWriter(out)
    writer.writerow(["model", "figure", "value", "low", "high"])
    for one, told in zip(found.compared.models, found.measured, strict=True):
        for name in FIGURES:
            low, high = told.intervals[name] or ("", "")
            value = told.values[name]
            writer.writerow([one.model, name, "" if value is None else value, low, high])
        writer.writerow([one.model, "parameters", one.parameters, "", ""])
        writer.writerow([one.model, "elapsed_ms", one.elapsed_ms, "", ""])
    return out.getvalue()


def images_csv(found: Comparison) -> str:
    """One line an image: ``index`` from 0, ``label``, groups, ``agree``, and of each model its answer and each class's
    probability under ``model: answer`` and ``model: p(class)``.
    """
    out = io.StringIO()
    out.write(_head(found))
    TableWriter(out).writerows(_image_rows(found))
    return out.getvalue()


def _image_rows(found: Comparison) -> Iterator[list[Any]]:
    compared = found.compared
    groups = compared.metadata.groups
    head = ["index", "label", *groups, "agree"]
    for one in compared.models:
        head += [f"{one.model}: answer", *(f"{one.model}: p({name})" for name in compared.classes)]
    yield head
    agrees = compared.agrees
    for k, label in enumerate(compared.labels):
        row = [k, compared.classes[label], *(names[k] for names in groups.values())]
        row.append("yes" if agrees[k] else "no")
        for one in compared.models:
            row += [compared.classes[one.answers[k]], *one.probabilities[k].tolist()]
        yield row
