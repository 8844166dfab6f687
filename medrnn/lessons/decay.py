"""Lesson 8: learning-rate decay. Large steps find the valley, small steps find its floor."""

from dataclasses import dataclass

import numpy as np

from medrnn.config import SCHEDULES, ModelConfig, TrainConfig
from medrnn.lessons.few import few
from medrnn.lessons.lesson import Knob, Lesson, Question
from medrnn.lessons.small_run import Course, train

PEAKS = (0.001, 0.01, 0.03, 0.1)
LEARNT, ASIDE, EPOCHS, BATCH = 320, 300, 16, 32
STEPS = EPOCHS * LEARNT // BATCH
LAST = 5  # epochs at the end over which a run may still move
PLAIN = "constant"
FIXED = {name: title for name, title in SCHEDULES.items() if name != "plateau"}  # known before the run

LESSON = Lesson(
    id="decay",
    title="Learning-rate decay",
    idea="Large steps get across the landscape fast, small ones settle: a schedule takes the large ones first.",
    minutes=8,
    knobs=(
        Knob(
            "peak",
            "Peak learning rate",
            PEAKS,
            0.03,
            "The largest step length of the run. Look how far the loss comes, and how restless it is at the end. "
            "Each change trains two networks anew.",
        ),
        Knob(
            "schedule",
            "Schedule",
            tuple(FIXED),
            "cosine",
            "How the learning rate moves from the first step to the last. Look where the curve stops jumping.",
            ("constant", "cosine", "in steps", "one cycle"),
        ),
    ),
    question=Question(
        "Both runs begin alike. You turn the **peak down to 0.001** and keep the cosine. Against the constant "
        "rate, where will the loss end?",
        ("Lower: decay always helps", "Higher: the steps become too small too soon", "At the same place"),
        1,
        "Decay spends steps. At 0.03 the constant rate jumps about the valley, and decay lets the run settle: over "
        "the last five epochs its loss moves less than half as much. At 0.001 no step was ever too large, so making "
        "them smaller only stops the run early. At 0.1 the peak itself is wrong: all four end far above those of "
        "0.03. **Choose the peak first, then the decay.**",
    ),
    sources=(
        "Loshchilov, Hutter 2017, [SGDR: stochastic gradient descent with warm restarts]"
        "(https://arxiv.org/abs/1608.03983): the cosine.",
        "Smith, Topin 2018, [Super-convergence](https://arxiv.org/abs/1708.07120): one cycle.",
        "He et al. 2016, [Deep residual learning](https://doi.org/10.1109/CVPR.2016.90): a tenth at half of the "
        "steps and again at three quarters.",
        "Digits: MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0.",
    ),
)


@dataclass(frozen=True, eq=False)
class Decay:
    """One schedule beside the constant rate, from the same first weights, over the same batches.

    Attributes:
        peak: learning rate.
        schedule: a key of ``FIXED``.
        rates: (step,) of every schedule by its name.
        chosen, plain: the run with the schedule, and with the constant rate.
    """

    peak: float
    schedule: str
    rates: dict[str, np.ndarray]
    chosen: Course
    plain: Course


def configure(peak: float, schedule: str, seed: int = 0) -> TrainConfig:
    """The settings of a run: one layer of 48 LSTM units on 320 digits."""
    return TrainConfig(
        data="mnist",
        model=ModelConfig(cell="lstm", classes=10, layers=1, width=48, dropout=0.0),
        epochs=EPOCHS,
        batch=BATCH,
        learning_rate=peak,
        schedule=schedule,
        seed=seed,
    )


def run(peak: float, schedule: str, seed: int = 0) -> Course:
    """One run, about a second on one thread.

    Args:
        peak: highest learning rate.
        schedule: a key of ``FIXED``.
        seed: of the first weights and of the order of the images.
    """
    return train(few("mnist", LEARNT, ASIDE), configure(peak, schedule, seed))


def compare(peak: float, schedule: str, plain: Course | None = None) -> Decay:
    """A schedule beside the constant rate.

    Args:
        peak: highest learning rate.
        schedule: a key of ``FIXED``.
        plain: the run at a constant rate, where it was made before.
    """
    from medrnn.training.schedules import rates

    plain = plain or run(peak, PLAIN)
    chosen = plain if schedule == PLAIN else run(peak, schedule)
    every = {name: rates(name, peak, STEPS) for name in FIXED}
    return Decay(peak, schedule, every, chosen, plain)


def restlessness(course: Course) -> float:
    """How far the training loss still moves over the last epochs: its largest minus its smallest value, in nats."""
    return float(np.ptp(course.train_loss[-LAST:]))
