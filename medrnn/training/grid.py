"""A setting by evidence: the same recipe at several values, each cross-validated without the test's images.

Of K folds each is held out once: its figures count. The fold after it chooses the epoch, the others are learnt from.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from typing import Any

import numpy as np
import torch

from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
from medrnn.config.record import between
from medrnn.datasets import Dataset, Split
from medrnn.datasets.dealing import singles
from medrnn.errors import ConfigError
from medrnn.evaluation.evaluate import answer_split
from medrnn.evaluation.metrics import accuracy, auc
from medrnn.models.networks import build_network
from medrnn.models.predict import warm_ms
from medrnn.training.loop import fit
from medrnn.training.run import fit_config

LEAST_FOLDS, MOST_FOLDS = 3, 20
MOST_POINTS = 64

Values = Mapping[str, Any]  # settings by name


@dataclass(frozen=True)
class Row:
    """What came of one combination of values.

    Attributes:
        values: settings by name.
        parameters: of the network.
        ms: an image at a time on this machine, the fastest of several warm runs, in milliseconds.
        accuracy, auc: of each fold held out; an AUC is None where one class is absent.
        mean, error: of the accuracy over the folds, with its standard error. Folds share images they were learnt from,
            so the true one is somewhat larger (Bengio and Grandvalet 2004).
        mean_auc, error_auc: likewise; None where one is missing.
    """

    values: Values
    parameters: int
    ms: float
    accuracy: tuple[float, ...]
    auc: tuple[float | None, ...]

    @property
    def mean(self) -> float:
        """Of the accuracy."""
        return float(np.mean(self.accuracy))

    @property
    def error(self) -> float:
        """Standard error of that mean."""
        return float(np.std(self.accuracy, ddof=1) / math.sqrt(len(self.accuracy)))

    @property
    def mean_auc(self) -> float | None:
        """Of the AUC."""
        known = [one for one in self.auc if one is not None]
        return float(np.mean(known)) if len(known) == len(self.auc) else None

    @property
    def error_auc(self) -> float | None:
        """Standard error of that mean."""
        if self.mean_auc is None:
            return None
        return float(np.std([one or 0 for one in self.auc], ddof=1) / math.sqrt(len(self.auc)))

    def to_dict(self) -> dict[str, Any]:
        """Plain values, the means among them."""
        means = {name: getattr(self, name) for name in ("mean", "error", "mean_auc", "error_auc")}
        return {**asdict(self), **means}


@dataclass(frozen=True)
class Step:
    """One fold of one combination is done; ``row`` stands after its last."""

    done: int
    total: int
    row: Row | None = None


def parse_axes(texts: Sequence[str]) -> dict[str, list[Any]]:
    """Settings with their values from words such as "width=28,56,84".

    Raises:
        ConfigError: no such words, an unknown setting or one named twice, or too many combinations.
    """
    found: dict[str, list[Any]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        _owner(name)
        chosen = list(dict.fromkeys(_value(one) for one in values.split(",") if one.strip()))
        if name in found:
            raise ConfigError(
                f"grid: {name} is named twice. Put all of its values behind one {name}=, with commas."
            )
        if not equals or not chosen:
            raise ConfigError(f"grid: expected NAME=VALUE,VALUE such as width=28,56,84, got {text[:60]!r}.")
        found[name] = chosen
    count = math.prod(len(values) for values in found.values())
    if not 1 <= count <= MOST_POINTS or not found:
        raise ConfigError(f"grid: expected 1 to {MOST_POINTS} combinations, got {count if found else 0}.")
    return found


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


def _owner(name: str) -> str:
    """Which record holds a setting: "" for the recipe's own, else "model" or "reading"."""
    for owner, record in (("model", ModelConfig), ("reading", ReadingConfig), ("", TrainConfig)):
        known = {one.name for one in fields(record)} - {"model", "reading", "strength", "features", "classes"}
        if name in known - {"data", "seed"}:
            return owner
    raise ConfigError(f"grid: expected a setting such as width, layers or learning_rate, got {name[:40]!r}.")


def with_values(config: TrainConfig, values: Values) -> TrainConfig:
    """A recipe with other values; a whole number stands for a number.

    Raises:
        ConfigError: a value is out of range, or of another kind.
    """
    plain = config.to_dict()
    for name, value in values.items():
        place = plain[_owner(name)] if _owner(name) else plain
        place[name] = float(value) if isinstance(place[name], float) and isinstance(value, int) else value
    found = TrainConfig.from_dict(plain)
    return replace(found, model=replace(found.model, features=found.reading.features))


def fold_of(data: Dataset, folds: int, seed: int = 0) -> tuple[Split, np.ndarray]:
    """The images of train and val as one, and which fold each falls into: by class, and by patient where it is known.

    Args:
        data: its test part is left out.
        folds: how many.
        seed: of the dealing.

    Returns:
        The images, and (image,) the fold of each, from 0.

    Raises:
        ConfigError: a class has fewer images than there are folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    between("folds", folds, LEAST_FOLDS, MOST_FOLDS)
    parts = (data.train, data.val)
    labels = np.concatenate([one.labels for one in parts])
    if np.bincount(labels, minlength=len(data.classes)).min() < folds:
        raise ConfigError(
            f"folds: expected at least {folds} images of each class, one has fewer. Take fewer folds."
        )
    known = [one.groups for one in parts if one.groups is not None]
    groups = np.concatenate(known) if len(known) == len(parts) else None
    counts = [one.lengths for one in parts if one.lengths is not None]
    lengths = np.concatenate(counts) if len(counts) == len(parts) else None
    split = Split(np.concatenate([one.images for one in parts]), labels, groups, lengths)
    by_class = StratifiedKFold(folds, shuffle=True, random_state=seed)
    by_patient = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    dealt = (
        by_class.split(labels, labels)
        if groups is None
        else by_patient.split(labels, labels, singles(groups))
    )
    found = np.zeros(len(labels), np.int64)
    for number, (_, held_out) in enumerate(dealt):
        found[held_out] = number
    return split, found


def grid(
    config: TrainConfig,
    data: Dataset,
    axes: Mapping[str, Sequence[Any]],
    folds: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> Iterator[Step]:
    """Train each combination of values once a fold, and say what comes of it.

    Args:
        config: the recipe; classes and features follow from data and reading.
        data: its train and val parts are used.
        axes: settings by name, each with its values.
        folds: 3 to 20.
        should_stop: asked after every batch; what is done by then was yielded.

    Yields:
        After each fold how many are done, with a row after the last one of a combination.

    Raises:
        ConfigError: before the first, where a combination cannot be built or the folds cannot be dealt.
    """
    split, fold = fold_of(data, folds, config.seed)
    points = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    recipes = [fit_config(with_values(config, values), data) for values in points]
    for recipe in recipes:
        build_network(recipe.model, recipe.reading)
    done, total = 0, folds * len(points)
    for values, recipe in zip(points, recipes, strict=True):
        right: list[float] = []
        areas: list[float | None] = []
        for number in range(folds):
            chooses = (number + 1) % folds
            rest = np.flatnonzero((fold != number) & (fold != chooses))
            part = replace(data, train=split.some(rest), val=split.some(np.flatnonzero(fold == chooses)))
            torch.manual_seed(recipe.seed)
            model = build_network(recipe.model, recipe.reading)
            for _ in fit(model, part, recipe, should_stop):
                pass
            if should_stop():
                return
            held = split.some(np.flatnonzero(fold == number))
            answers = answer_split(model, held, recipe.reading)
            area = auc(answers, held.labels)
            right.append(accuracy(answers, held.labels))
            areas.append(None if math.isnan(area) else area)
            done += 1
            yield Step(
                done, total, _row(values, recipe, model, right, areas) if number == folds - 1 else None
            )


def _row(
    values: Values,
    recipe: TrainConfig,
    model: torch.nn.Module,
    right: Sequence[float],
    areas: Sequence[float | None],
) -> Row:
    one = torch.zeros(1, recipe.reading.steps, recipe.reading.features)
    with torch.inference_mode():
        ms = warm_ms(lambda: model.eval()(one))
    parameters = sum(weight.numel() for weight in model.parameters())
    return Row(values, parameters, ms, tuple(right), tuple(areas))


def smallest_within_one_error(rows: Sequence[Row]) -> Row:
    """Of the rows whose mean lies at most one standard error of the best one below it the one with the fewest
    parameters, then the first (Breiman et al. 1984).

    Args:
        rows: at least one.
    """
    best = max(rows, key=lambda row: row.mean)
    return min((row for row in rows if row.mean >= best.mean - best.error), key=lambda row: row.parameters)
