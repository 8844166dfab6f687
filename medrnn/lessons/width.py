"""Lesson 11: how many hidden units, by a rule of thumb and by cross-validation."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from medrnn.config import ModelConfig, TrainConfig
from medrnn.datasets import Dataset
from medrnn.lessons.few import few, pick
from medrnn.lessons.lesson import Knob, Lesson, Question
from medrnn.lessons.measured import Measured, gather, read
from medrnn.lessons.small_run import Course, train

WIDTHS = (8, 16, 28, 42, 56, 84, 112, 168)
INPUTS = 28  # values that the network reads at each step: a row
RULE = (2 * INPUTS, 3 * INPUTS)
FOLDS, IMAGES, SEED = 5, 400, 0
DATA = {"digits": ("mnist", 10), "films": ("pneumoniamnist", 2)}  # in words, with the number of classes
CONFIG = TrainConfig(
    model=ModelConfig(cell="lstm", features=INPUTS, layers=1, dropout=0.2),
    epochs=14,
    batch=32,
    learning_rate=1e-2,
    seed=SEED,
)

LESSON = Lesson(
    id="width",
    title="How many hidden units",
    idea="A rule of thumb names a width before anything is measured; cross-validation says what it is worth here.",
    minutes=8,
    knobs=(
        Knob(
            "data",
            "Images",
            tuple(DATA),
            "digits",
            "Which 400 images are learnt: ten digits, or films of children's chests, normal or pneumonia. Look "
            "whether the curve asks for the same width.",
        ),
        Knob(
            "width",
            "Hidden units",
            WIDTHS,
            28,
            "Trains one LSTM layer of so many units now, on four fifths of the images, and marks how often it is "
            "right on the last fifth. Look where it lands among the measured folds.",
        ),
    ),
    question=Question(
        "A row has 28 values, so the rule of thumb, two to three times the input, says **56 to 84 units**. What does "
        "five-fold cross-validation on 400 digits say?",
        (
            "The rule is far off: 8 units do as well",
            "Few units are clearly worse; from about 84 on nothing more is gained",
            "The more units the better",
        ),
        1,
        "With 8 units 62 % are right, with 84 units 85 %, with 168 units 85 % again, for 3.4 times the weights. The "
        "rule's upper end happens to fit, but it knows nothing of the task: on the films 42 units do as well as any. "
        "The smallest width within one standard error of the best is a fair choice (Breiman et al. 1984).",
    ),
    sources=(
        "Kohavi 1995, [A study of cross-validation and bootstrap](https://www.ijcai.org/Proceedings/95-2/Papers/016.pdf)"
        ".",
        "Breiman, Friedman, Olshen, Stone 1984, Classification and Regression Trees: the one-standard-error rule.",
        "Greff et al. 2017, [LSTM: a search space odyssey](https://doi.org/10.1109/TNNLS.2016.2582924).",
        "The rule of thumb is handed on in teaching; we know of no study behind it.",
    ),
)


@dataclass(frozen=True)
class Point:
    """What cross-validation says of one width.

    Attributes:
        data: a key of ``DATA``.
        width: hidden units.
        parameters: of the whole network.
        accuracies: (fold,) on the images of each fold, by a network that learnt from the others.
        seconds: of processor time of one fold, the mean on the machine that measured.
    """

    data: str
    width: int
    parameters: int
    accuracies: tuple[float, ...]
    seconds: float

    @property
    def mean(self) -> float:
        """Mean accuracy over the folds."""
        return float(np.mean(self.accuracies))

    @property
    def error(self) -> float:
        """Standard error of the mean over the folds; the folds share images, so it is a little too small."""
        return float(np.std(self.accuracies, ddof=1) / np.sqrt(len(self.accuracies)))


def split(data: str, fold: int) -> Dataset:
    """The images of all folds but one to learn from, those of that one to measure on; classes are spread evenly.

    Args:
        data: a key of ``DATA``.
        fold: counted from 0.
    """
    from sklearn.model_selection import StratifiedKFold

    found = few(DATA[data][0], IMAGES, 1)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    learn, aside = list(folds.split(found.train.images[:, 0, 0], found.train.labels))[fold]
    return replace(found, train=pick(found.train, learn), val=pick(found.train, aside))


def train_width(data: str, width: int, fold: int = 0) -> Course:
    """One network of so many units, measured on one fold.

    Args:
        data: a key of ``DATA``.
        width: hidden units, 1 or more.
        fold: which images are kept aside, counted from 0.
    """
    name, classes = DATA[data]
    model = replace(CONFIG.model, width=width, classes=classes)
    return train(split(data, fold), replace(CONFIG, data=name, model=model))


def cross_validate(data: str, width: int) -> Point:
    """The same on every fold."""
    began = time.thread_time()
    courses = [train_width(data, width, fold) for fold in range(FOLDS)]
    seconds = (time.thread_time() - began) / FOLDS
    return Point(
        data,
        width,
        courses[0].parameters,
        tuple(float(course.val_accuracy[-1]) for course in courses),
        round(seconds, 3),
    )


def measure(progress: Callable[[str], None]) -> Measured:
    """Every width of ``WIDTHS`` on both sets of images; some four minutes on one thread."""
    began, rows = time.monotonic(), []
    for data in DATA:
        for width in WIDTHS:
            point = cross_validate(data, width)
            progress(f"{data}, {width} units: {point.mean:.3f} +- {point.error:.3f}")
            rows.append(vars(point))
    return gather(
        "width",
        rows,
        data=f"the first {IMAGES} training images of MNIST and of PneumoniaMNIST, {FOLDS} folds",
        seeds=[SEED],
        config=CONFIG.to_dict(),
        seconds=time.monotonic() - began,
    )


def points(data: str) -> tuple[Point, ...]:
    """What was measured and ships, of one of ``DATA``."""
    rows = [row for row in read("width").rows if row["data"] == data]
    return tuple(Point(**{**row, "accuracies": tuple(row["accuracies"])}) for row in rows)


def within_one_error(found: tuple[Point, ...]) -> tuple[Point, ...]:
    """The widths whose mean lies at most one standard error of the best one below it (Breiman et al. 1984)."""
    best = max(found, key=lambda point: point.mean)
    return tuple(point for point in found if point.mean >= best.mean - best.error)
