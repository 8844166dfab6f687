"""Concept directions (TCAV, Kim et al. 2018): does a network's score of a class rise along something that has a name?

Every concept here is a change that is made to images, so its direction is how the change moves what the last layer is
given, on average over some images. The score is the share of a class's images whose logit rises along it. Any direction
has some score, so directions of no concept, between images drawn at random, are the control: a concept counts where its
scores differ from theirs. They are compared by the two-sided test of Mann and Whitney (1947), since scores pile up at 0
and 1, where a t test does not hold. A linear model says whether the layer shows the concept at all.

Kim et al. took the weights of that model for the direction. They are a filter and no pattern: where units go together
they point elsewhere, even against the concept (Haufe et al. 2014; Pahde et al. 2022), and did so in a network here that
had learnt nothing but brightness.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from medrnn.brief import Brief
from medrnn.datasets import Dataset
from medrnn.datasets.checks import require_one_length
from medrnn.datasets.outlines import Outlines
from medrnn.errors import ConfigError, DataError
from medrnn.evaluation.evaluate import to_grids
from medrnn.explanation.attribution.asking import check_seed
from medrnn.explanation.beyond.changes import CONCEPTS, change
from medrnn.explanation.beyond.layer import LastLayer
from medrnn.models.cards import Card
from medrnn.models.classifier import Classifier

Tell = Callable[[float], None]
LEVEL = 0.05
SHOWN = 0.6  # of held-out images: from here on a layer shows a concept
MOST_POOL = 6  # times the examples of a direction: training images that are drawn from
FEWEST = 8  # of them
TINY = 1e-12
HELD_OUT = 4  # one in so many examples says how well the concept is told apart


@dataclass(frozen=True, eq=False, repr=False)
class ConceptScore(Brief):
    """What one concept does to the score of a class.

    Attributes:
        name: a key of ``CONCEPTS``.
        scores: (draw,) share of the class's images whose logit rises along the direction, one for each draw.
        accuracy: of telling the concept's images from others, on images that were held out, mean over the draws; below
            ``SHOWN`` the layer does not show the concept and its score means nothing.
        p: of the two-sided test against the directions of no concept.
    """

    name: str
    scores: np.ndarray
    accuracy: float
    p: float

    @property
    def score(self) -> float:
        """Mean over the draws: above one half the concept speaks for the class, below against it."""
        return float(self.scores.mean())


@dataclass(frozen=True, eq=False, repr=False)
class ConceptScores(Brief):
    """What some concepts do to the score of a class.

    Attributes:
        model, digest, data, classes: which model, over which set.
        target: index of the class.
        images: how many test images of the class were asked.
        examples: images of each side of a direction.
        seed: of all that was drawn.
        control: (draw,) scores of directions of no concept.
        found: of each concept.
    """

    model: str
    digest: str
    data: str
    classes: tuple[str, ...]
    target: int
    images: int
    examples: int
    seed: int
    control: np.ndarray
    found: tuple[ConceptScore, ...]

    def counts(self, one: ConceptScore) -> bool:
        """True where the layer shows a concept at all and its scores differ from those of none.

        Shown: told apart at least 6 times in 10. Different: at .05 over all concepts together (Bonferroni).
        """
        return one.accuracy >= SHOWN and one.p < LEVEL / len(self.found)


def told_apart(shown: np.ndarray, others: np.ndarray) -> float:
    """How well a linear model tells images that show a concept from others, on every fourth, which it has not seen.

    Args:
        shown: (image, unit) what a layer is given of the ones.
        others: (image, unit) of the others.

    Returns:
        accuracy, 0 to 1.
    """
    from sklearn.linear_model import LogisticRegression

    both = np.concatenate([shown, others])
    labels = np.repeat([1, 0], [len(shown), len(others)])
    unit = (both - both.mean(0)) / (both.std(0) + TINY)
    is_held = np.concatenate([np.arange(len(one)) % HELD_OUT == 0 for one in (shown, others)])
    model = LogisticRegression(max_iter=2_000).fit(unit[~is_held], labels[~is_held])
    return float(model.score(unit[is_held], labels[is_held]))


def rising(slopes: np.ndarray, shown: np.ndarray, others: np.ndarray) -> float:
    """The share of images whose logit rises from the mean of ``others`` (image, unit) to that of ``shown``.

    Args:
        slopes: (image, unit) of the logit of other images.
        shown: (image, unit).
        others: (image, unit).
    """
    return float((slopes @ (shown.mean(0) - others.mean(0)) > 0).mean())


def _p_value(scores: np.ndarray, control: np.ndarray) -> float:
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(scores, control, alternative="two-sided", method="asymptotic").pvalue)


def _known(outlines: Outlines | None) -> list[str]:
    """The concepts that can be shown."""
    return [name for name, one in CONCEPTS.items() if outlines is not None or not one.needs_lungs]


def _choose(
    data: Dataset, outlines: Outlines | None, target: int, count: int, limit: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Rows of training images to draw from, whose lungs are known where outlines are given, and of test images."""
    rows = np.arange(len(data.train)) if outlines is None else np.flatnonzero(outlines.is_known)
    asked = np.flatnonzero(data.test.labels == target)
    return np.sort(rng.permutation(rows)[:count]), np.sort(rng.permutation(asked)[:limit])


def _check(
    card: Card, data: Dataset, target: int, names: Sequence[str], outlines: Outlines | None, draws: int
) -> None:
    if data.classes != card.classes:
        raise DataError(
            f"Expected a set with the classes of {card.id}, {', '.join(card.classes)}, "
            f"got {', '.join(data.classes)}. Choose a set that the model can answer."
        )
    require_one_length(data, "A score of concepts")
    if not 0 <= target < len(card.classes):
        raise ConfigError(f"target: expected 0 to {len(card.classes) - 1}, got {target}.")
    known = _known(outlines)
    if unknown := [name for name in names if name not in known]:
        raise ConfigError(f"concept: expected some of {', '.join(known)}, got {', '.join(unknown)}.")
    if draws < 2:
        raise ConfigError(f"draws: expected at least 2, got {draws}.")


def score_concepts(
    model: Classifier,
    card: Card,
    data: Dataset,
    *,
    target: int,
    names: Sequence[str] = (),
    outlines: Outlines | None = None,
    examples: int = 60,
    draws: int = 20,
    limit: int = 200,
    seed: int = 0,
    tell: Tell = lambda share: None,
) -> ConceptScores:
    """Score concepts for one class.

    Args:
        model: the card's own, of at least two layers, on the device that is to run; given back as found.
        card: of the model.
        data: its training images show the concepts, its test images of the class are asked.
        target: index of the class.
        names: keys of ``CONCEPTS``; by default all that can be shown.
        outlines: of the training split, for concepts that need lungs.
        examples: images on each side of a direction, at least 8.
        draws: directions of each concept, and as many of none, at least 2.
        limit: at most so many test images.
        seed: of all that is drawn.
        tell: called with the share that is done after each concept; what it raises ends the work.

    Raises:
        ConfigError: unknown concept or class, or the model has one layer that reads the image itself.
        DataError: the set has other classes or too few images.
        DeviceError: the GPU's memory ran out.
    """
    if examples < FEWEST:
        raise ConfigError(
            f"examples: expected at least {FEWEST}, got {examples}. Fewer say nothing of a direction."
        )
    wanted = list(names) or _known(outlines)
    _check(card, data, target, wanted, outlines, draws)
    rng, layer, reading = np.random.default_rng(check_seed(seed)), LastLayer(model), card.config.reading
    rows, asked = _choose(data, outlines, target, MOST_POOL * examples, limit, rng)
    if len(rows) < 2 * examples or not len(asked):
        raise DataError(
            f"Expected at least {2 * examples} training images and one test image of the class, "
            f"got {len(rows)} and {len(asked)}. Ask for fewer examples, or take a larger set."
        )
    images = data.train.images[rows]
    lungs = None if outlines is None else outlines.lungs[rows]
    _, slopes, _ = layer.read(to_grids(data.test.images[asked], reading), target)
    plain, _, _ = layer.read(to_grids(images, reading), target)
    rounds = [np.split(rng.permutation(len(rows))[: 2 * examples], 2) for _ in range(draws)]
    control = np.array([rising(slopes, plain[some], plain[other]) for some, other in rounds])
    found = []
    for k, name in enumerate(wanted):
        shown, _, _ = layer.read(to_grids(change(images, name, rng, lungs), reading), target)
        scores = np.array([rising(slopes, shown[some], plain[some]) for some, _ in rounds])
        accuracy = float(np.mean([told_apart(shown[some], plain[other]) for some, other in rounds]))
        found.append(ConceptScore(name, scores, accuracy, _p_value(scores, control)))
        tell((k + 1) / len(wanted))
    return ConceptScores(
        *(card.id, card.digest, data.name, data.classes, target, len(asked), examples, seed, control),
        tuple(found),
    )
