"""The trace of inference: from which file, by which steps, by which model an answer came. Every export carries it."""

import csv
import io
import json
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any, TextIO

from medrnn.config import DISCLAIMER, ROOT, ReadingConfig
from medrnn.config.what import named
from medrnn.models.cards import Card
from medrnn.models.catalog import load_novelty
from medrnn.models.sets import set_cell
from medrnn.models.verdict import explain_verdict, judge, score_of
from medrnn.types import Applied, Novelty, Prediction, Reading, Verdict

LIBRARIES = ("torch", "numpy", "pillow", "pydicom", "imagecodecs")  # they decode, resize and compute
SHORT = 8  # digits of a digest that are drawn


@dataclass(frozen=True)
class Inference:
    """How an answer, a trace or a map was made; everything that it takes to make it again.

    Attributes:
        file: SHA-256 of the file's bytes; of a series that of its files' sorted keys.
        frame: counted from 0.
        applied: what was done to the stored values, in order.
        crop: x, y, width, height of the part that was read, in image pixels.
        reading: how it was turned into steps.
        model, model_digest: id, and SHA-256 of the weights.
        device: "cpu", "cuda:0", ...
        verdict, reason: whether the image is of the kind that the model knows, and its sentence.
        novelty: None where the model has no such score.
        versions: of this software and of what it computes with.
        edits: interventions as plain dicts, in order.
        seed: of what was drawn at random, None where nothing was.
        prediction_set: names of the classes that cannot be excluded at 90 %; None of a model that is not calibrated,
            and where no answer was asked for.
    """

    file: str
    frame: int
    applied: tuple[Applied, ...]
    crop: tuple[int, int, int, int]
    reading: ReadingConfig
    model: str
    model_digest: str
    device: str
    verdict: Verdict
    reason: str
    novelty: Novelty | None
    versions: Mapping[str, str]
    edits: tuple[Mapping[str, Any], ...] = ()
    seed: int | None = None
    prediction_set: tuple[str, ...] | None = None

    @property
    def warning(self) -> str:
        """The verdict's sentence where the answer may not be read as one, else nothing."""
        return "" if self.verdict.is_within else self.reason

    @property
    def line(self) -> str:
        """The trace in short, for the foot of a picture."""
        return f"{named('Image', self.reading)} {self.file[:SHORT]}, model {self.model} {self.model_digest[:SHORT]}"

    def to_dict(self) -> dict[str, Any]:
        """Plain dict of JSON values."""
        found = asdict(self) | {"crop": list(self.crop), "versions": dict(self.versions)}
        found["reading"] = self.reading.to_dict() | {"size": list(self.reading.size)}
        found["applied"] = [{"step": one.name, **dict(one.parameters)} for one in self.applied]
        found["verdict"] = self.verdict.name
        found["contradictions"] = [
            dict(zip(("fact", "image", "model"), one, strict=True)) for one in self.verdict.contradictions
        ]
        return found | {"edits": [dict(edit) for edit in self.edits], "note": DISCLAIMER}

    def to_json(self, indent: int | None = None) -> str:
        """The same as JSON text; one line where there is no indent."""
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)


FORMULA = ("=", "+", "-", "@", "\t", "\r")  # begin what a spreadsheet computes


def unarmed(cell: object) -> object:
    """A cell that no spreadsheet takes for a formula: such a text gets an apostrophe in front, a number stays."""
    if not isinstance(cell, str) or not cell.startswith(FORMULA):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


class TableWriter:
    """Writes CSV rows, each cell through ``unarmed``: names of classes, models and files in them are not ours."""

    def __init__(self, out: TextIO) -> None:
        self._writer = csv.writer(out)

    def writerow(self, row: Iterable[object]) -> None:
        """One row."""
        self._writer.writerow(list(map(unarmed, row)))

    def writerows(self, rows: Iterable[Iterable[object]]) -> None:
        """Several."""
        for row in rows:
            self.writerow(row)

    def write_dicts(self, rows: Sequence[Mapping[str, object]]) -> None:
        """Rows with the same names, which become the head."""
        self.writerow(rows[0])
        self.writerows(row.values() for row in rows)


def table_head(inference: Inference | None) -> str:
    """The first lines of a CSV file, each behind a ``#``: research only, the verdict, the trace of inference."""
    lines = [DISCLAIMER]
    if inference:
        lines += [f"verdict: {inference.verdict.name}. {inference.reason}"]
        lines += [f"inference: {inference.to_json()}"]
    return "".join(f"# {' '.join(line.split())}\n" for line in lines)


def answers_table(found: Sequence[Prediction], inferences: Sequence[Inference]) -> str:
    """Answers as CSV text: columns ``file, model, verdict, answer``, one a class, ``reason, prediction_set``.

    A trace of each stands on top.
    """
    out = io.StringIO()
    for inference in inferences:
        out.write(table_head(inference))
    writer = TableWriter(out)
    writer.writerow(["file", "model", "verdict", "answer", *found[0].classes, "reason", "prediction_set"])
    for one, made in zip(found, inferences, strict=True):
        answer = one.classes[one.answer]
        told = [made.file, made.model, made.verdict.name, answer, *one.probabilities.tolist(), made.reason]
        writer.writerow([*told, set_cell(one.kept, one.classes)])
    return out.getvalue()


@cache
def versions() -> Mapping[str, str]:
    """Of this software, of Python and of the libraries that decode and compute; without importing them."""
    import tomllib

    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    found = {"medrnn": own, "python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def infer(
    card: Card,
    reading: Reading,
    *,
    device: str,
    found: Prediction | None = None,
    edits: Iterable[Mapping[str, Any]] = (),
    seed: int | None = None,
) -> Inference:
    """The record of what a model made of a reading.

    Args:
        card: the model's own.
        reading: made with the card's reading.
        device: where it ran.
        found: its answer, where there is one; else the verdict is made here.
        edits: what was changed while it read.
        seed: of what was drawn at random.

    Raises:
        CatalogError: the model's score is damaged.
    """
    if found is None:
        novelty = score_of(load_novelty(card), card, reading)
        verdict = judge(card, reading, novelty)
    else:
        novelty, verdict = found.novelty, found.verdict
    return Inference(
        file=reading.study_key,
        frame=reading.frame,
        applied=reading.applied,
        crop=reading.crop,
        reading=reading.config,
        model=card.id,
        model_digest=card.digest,
        device=device,
        verdict=verdict,
        reason=explain_verdict(verdict, card, novelty),
        novelty=novelty,
        versions=versions(),
        edits=tuple(edits),
        seed=seed,
        prediction_set=None
        if found is None or found.kept is None
        else tuple(card.classes[k] for k in found.kept),
    )
