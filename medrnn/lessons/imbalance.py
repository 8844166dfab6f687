"""Lesson 10: imbalance and augmentation. Where one class is rare, always saying the other is right most of the time."""

from dataclasses import dataclass, replace

import numpy as np

from medrnn import sequences
from medrnn.config import ModelConfig, ReadingConfig, TrainConfig
from medrnn.datasets import Dataset
from medrnn.imaging.samples import read_sample
from medrnn.lessons.few import few, pick
from medrnn.lessons.lesson import Knob, Lesson, Question
from medrnn.lessons.small_run import train

RARE, COMMON, ASIDE = 30, 300, 35  # images to learn from of each class at 10:1; rare ones to measure on
RATIOS = (1, 3, 10)
SEED = 0
FILM = "chest-film-normal-1"
SIDE = 128  # pixels of the preview
PREVIEWS = 4
CHANGES = ("light", "films", "mirrored")

LESSON = Lesson(
    id="imbalance",
    title="Imbalance and augmentation",
    idea="Where one class is rare, a network that never names it is right most of the time.",
    minutes=10,
    knobs=(
        Knob(
            "ratio",
            "Films with pneumonia for each normal one",
            RATIOS,
            10,
            "How many of the common class there are for each of the rare one, to learn from and to measure on. Look "
            "how plain and balanced accuracy part. Each change trains a network anew.",
            ("1", "3", "10"),
        ),
        Knob(
            "weights",
            "Class weights",
            ("off", "on"),
            "off",
            "On: an image of the rare class counts as much more in the loss as there are fewer of it. Look at the "
            "row of the normal films.",
        ),
        Knob(
            "change",
            "Change of the film",
            CHANGES,
            "light",
            "What is drawn at random for each training image anew. Look whether it is still the same finding: that "
            "is the test of an augmentation.",
            ("light", "as films differ", "mirrored"),
        ),
    ),
    question=Question(
        "There are 10 films with pneumonia for each normal one. The network is right in **90.9 %** of the cases. How "
        "many of the 35 normal films does it recognise?",
        ("Nearly all, about 32", "About half of them", "None at all"),
        2,
        "It always says pneumonia, which is right in 350 of 385 cases: 90.9 %. Balanced accuracy, the mean over the "
        "classes, is 50 %: a coin's. With class weights on, the same network on the same films finds most normal "
        "ones. **Ask for the share of each class before you believe an accuracy.**",
    ),
    sources=(
        "King, Zeng 2001, [Logistic regression in rare events data](https://doi.org/10.1093/oxfordjournals.pan.a004868)"
        ": weighting.",
        "Brodersen et al. 2010, [The balanced accuracy and its posterior distribution]"
        "(https://doi.org/10.1109/ICPR.2010.764).",
        "Films: Kermany et al. 2018; PneumoniaMNIST, Yang et al. 2023, CC BY 4.0.",
    ),
)


@dataclass(frozen=True, eq=False)
class Counted:
    """What a network that learnt from unequal classes says of images kept aside.

    Attributes:
        classes: names; the first is the rare one.
        learnt: (class,) images to learn from.
        counts: (class, class) images kept aside by what they are and what the network says.
        weights: (class,) of the loss.
        seconds: of the run, on this machine.
    """

    classes: tuple[str, ...]
    learnt: np.ndarray
    counts: np.ndarray
    weights: tuple[float, ...]
    seconds: float

    @property
    def accuracy(self) -> float:
        """Share of all images that are answered right."""
        return float(np.trace(self.counts) / self.counts.sum())

    @property
    def recalls(self) -> np.ndarray:
        """(class,) share of each class that is answered right."""
        found: np.ndarray = np.diag(self.counts) / self.counts.sum(1)
        return found

    @property
    def balanced(self) -> float:
        """Mean of the recalls."""
        return float(self.recalls.mean())

    @property
    def always_common(self) -> float:
        """Accuracy of always naming the common class."""
        return float(self.counts.sum(1).max() / self.counts.sum())


def choose(ratio: int) -> Dataset:
    """The first films of each class, so many with pneumonia for each normal one; always 330 to learn from.

    Args:
        ratio: one of ``RATIOS``.
    """
    data = few("pneumoniamnist", 2000, 524)
    rare = (RARE + COMMON) // (1 + ratio)
    aside = min(ASIDE * ratio, 350)
    return replace(
        data,
        train=pick(data.train, _first(data.train.labels, (rare, RARE + COMMON - rare))),
        val=pick(data.val, _first(data.val.labels, (ASIDE, aside))),
    )


def _first(labels: np.ndarray, counts: tuple[int, int]) -> np.ndarray:
    """Places of the first so many of each class, in the order of the set."""
    chosen = [np.flatnonzero(labels == k)[:count] for k, count in enumerate(counts)]
    return np.sort(np.concatenate(chosen))


CONFIG = TrainConfig(
    data="pneumoniamnist",
    model=ModelConfig(cell="lstm", classes=2, layers=1, width=48, dropout=0.2),
    epochs=8,
    batch=32,
    learning_rate=3e-3,
    seed=SEED,
)


def learn(ratio: int, *, is_weighted: bool, seed: int = SEED) -> Counted:
    """Train a small network on unequal classes and count its answers; half a second on one thread.

    Args:
        ratio: films with pneumonia for each normal one, one of ``RATIOS``.
        is_weighted: classes count alike in the loss.
        seed: of the first weights and of the order of the images.
    """
    from sklearn.metrics import confusion_matrix

    from medrnn.evaluation.evaluate import answer, to_grids
    from medrnn.training.learner import balance

    data, weighted = choose(ratio), "balanced" if is_weighted else "none"
    config = replace(CONFIG, seed=seed, class_weights=weighted)
    weights = balance(data.train.labels, len(data.classes)) if is_weighted else (1.0, 1.0)
    course = train(data, config)
    said = answer(course.model, to_grids(data.val.images, config.reading), config.reading).argmax(1)
    return Counted(
        classes=data.classes,
        learnt=np.bincount(data.train.labels),
        counts=confusion_matrix(data.val.labels, said, labels=[0, 1]),
        weights=weights,
        seconds=course.seconds,
    )


def preview(change: str, seed: int = SEED) -> np.ndarray:
    """A real film as it is, then as it is changed for training.

    Args:
        change: one of ``CHANGES``; "mirrored" is no augmentation of this app for films, for good reason.
        seed: of the numbers that are drawn.

    Returns:
        (1 + ``PREVIEWS``, row, column) float32 in [0, 1]; of "mirrored" two pictures.
    """
    import torch

    from medrnn.training.augment import STRENGTHS, apply, draw

    film = torch.from_numpy(sequences.read_study(read_sample(FILM), ReadingConfig(size=(SIDE, SIDE))).grid)
    if change == "mirrored":
        return torch.stack([film, film.flip(1)]).numpy()
    strength = STRENGTHS[change]
    numbers = draw(PREVIEWS, torch.Generator().manual_seed(seed), strength)
    changed = apply(film.expand(PREVIEWS, -1, -1), numbers, strength)
    return torch.cat([film[None], changed]).numpy()
