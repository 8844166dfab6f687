"""The tables of a comparison as rows of text, for pages and reports."""

from typing import Any

from medrnn.compare.figures import Comparison
from medrnn.compare.words import p_words
from medrnn.evaluation.figures import FIGURES
from medrnn.models.class_names import name_class


def figure_rows(found: Comparison) -> list[dict[str, str]]:
    """One row a figure, one column a model, as text with intervals."""
    rows = []
    models = list(zip(found.compared.models, found.measured, strict=True))
    for name, one in FIGURES.items():
        title = (
            f"{one.title} at {100 * found.specificity:.0f} % specificity"
            if name == "sensitivity_at"
            else one.title
        )
        rows.append(
            {"Figure": title}
            | {m.model: one.show(told.values[name], told.intervals[name]) for m, told in models}
        )
    rows.append({"Figure": "Parameters"} | {m.model: f"{m.parameters:,}" for m, _ in models})
    each = found.compared.named("Milliseconds an image")
    rows.append({"Figure": each} | {m.model: f"{m.elapsed_ms:.2f}" for m, _ in models})
    return rows


def pair_rows(found: Comparison) -> list[dict[str, Any]]:
    """One row a pair: both tests in numbers."""
    models, rows = found.compared.models, []
    for pair in found.pairs:
        row: dict[str, Any] = {"First": models[pair.first].model, "Second": models[pair.second].model}
        if pair.auc:
            low, high = pair.auc.interval
            row["AUC difference"] = f"{pair.auc.difference:+.4f} ({low:+.4f} to {high:+.4f})"
            row["DeLong p"], row["DeLong p, Holm"] = p_words(pair.auc.p), p_words(pair.auc_p)
        if ends := pair.resampled["auc"]:
            row[f"AUC difference, resampled {found.unit}s"] = f"{ends[0]:+.4f} to {ends[1]:+.4f}"
        low, high = (100 * end for end in pair.errors.interval)
        row["Only first right"], row["Only second right"] = pair.errors.only_first, pair.errors.only_second
        row["Accuracy difference"] = f"{100 * pair.errors.difference:+.1f} % ({low:+.1f} to {high:+.1f})"
        row["McNemar p"], row["McNemar p, Holm"] = p_words(pair.errors.p), p_words(pair.errors_p)
        rows.append(row)
    return rows


def group_rows(found: Comparison) -> list[dict[str, Any]]:
    """One row a group, one column a model."""
    names = [m.model for m in found.compared.models]
    rows = []
    for one in found.groups:
        row: dict[str, Any] = {
            "By": one.title,
            "Group": name_class(one.name, found.compared.classes)
            if one.name in found.compared.classes
            else one.name,
            found.compared.named("Images"): one.count,
        }
        for name, share, (low, high) in zip(names, one.right, one.intervals, strict=True):
            row[name] = f"{100 * share:.1f} % ({100 * low:.1f} to {100 * high:.1f})"
        rows.append(row)
    return rows
