"""Lesson 9: dropout and overfitting. A network that knows its 200 images by heart, and what dropout does about it."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from medrnn.config import ModelConfig, TrainConfig
from medrnn.datasets import load_dataset
from medrnn.datasets.records import Split
from medrnn.lessons.few import few
from medrnn.lessons.lesson import Knob, Lesson, Question
from medrnn.lessons.measured import Measured, gather, read
from medrnn.lessons.small_run import Course, train

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from medrnn.models.classifier import Classifier

MODEL = "mnist-lstm"
SHARES = (0.0, 0.3, 0.6)
MASKS = 200
HEART = 0.1  # nats of training loss below which the images count as learnt by heart
LEARNT, ASIDE, SEEDS = 200, 400, (0, 1, 2, 3, 4)
CONFIG = TrainConfig(
    data="mnist",
    model=ModelConfig(cell="lstm", classes=10, layers=2, width=64),
    epochs=40,
    batch=40,
    learning_rate=3e-3,
    weight_decay=0.0,
    schedule="constant",
)
CURVES = ("train_loss", "val_loss", "train_accuracy", "val_accuracy")

LESSON = Lesson(
    id="dropout",
    title="Dropout and overfitting",
    idea="With few images a network learns them by heart: the loss on others tells when, and dropout only delays it.",
    minutes=10,
    knobs=(
        Knob(
            "share",
            "Dropout",
            SHARES,
            0.3,
            "The share of the states set to 0 at random, between the layers and before the head. Look when the thin "
            "curve reaches 0 and where the thick one turns; below, how far the answers scatter.",
        ),
        Knob(
            "digit",
            "Digit",
            (0, 184, 321),
            184,
            "Which test digit the trained network answers 200 times, with other units set to 0 each time. Look how an "
            "unclear one scatters.",
            ("a clear seven", "an unclear eight", "a two that it misreads"),
        ),
        Knob(
            "mask",
            "New mask",
            ("each-step", "each-image"),
            "each-step",
            "Torch draws another mask at every step; one mask for all steps of an image takes the same units away "
            "throughout. Look which of them scatters more.",
            ("at each step", "for each image"),
        ),
    ),
    question=Question(
        "A network learns 200 digits. With dropout 0.6 instead of none, what changes **by epoch 40** on the 400 "
        "digits kept aside?",
        (
            "It is far more often right",
            "Nothing that five runs could tell from chance",
            "It is far less often right",
        ),
        1,
        "All end near 72 % right, and the runs of one setting differ by more than the settings do. Dropout made "
        "learning by heart take longer: the training loss falls below 0.1 in epoch 20 without, in epoch 33 with 0.6. "
        "What helps here is to **stop** where the loss on other images is lowest, and above all more images.",
    ),
    sources=(
        "Srivastava et al. 2014, [Dropout](https://jmlr.org/papers/v15/srivastava14a.html).",
        "Gal, Ghahramani 2016, [A theoretically grounded application of dropout in recurrent neural networks]"
        "(https://arxiv.org/abs/1512.05287): one mask for all steps.",
        "Digits: MNIST (LeCun, Cortes, Burges), CC BY-SA 3.0.",
    ),
)


@dataclass(frozen=True, eq=False)
class Curves:
    """What was measured after each epoch, over several seeds.

    Attributes:
        share: of the values that dropout sets to 0.
        train_loss, val_loss: (seed, epoch) in evaluation mode, in nats.
        train_accuracy, val_accuracy: (seed, epoch), likewise.
    """

    share: float
    train_loss: np.ndarray
    val_loss: np.ndarray
    train_accuracy: np.ndarray
    val_accuracy: np.ndarray

    @property
    def best_epoch(self) -> int:
        """Counted from 1: where the mean loss on the images kept aside is lowest."""
        return int(self.val_loss.mean(0).argmin()) + 1

    @property
    def by_heart(self) -> int:
        """Counted from 1: the first epoch whose mean training loss lies below ``HEART``."""
        return int((self.train_loss.mean(0) < HEART).argmax()) + 1

    @property
    def right(self) -> np.ndarray:
        """(seed,) accuracy on the images kept aside after the last epoch."""
        found: np.ndarray = self.val_accuracy[:, -1]
        return found


def run(share: float, seed: int, epochs: int = CONFIG.epochs) -> Course:
    """One run on 200 digits.

    Args:
        share: of the values between the layers and before the head that are set to 0 in training.
        seed: of everything random.
        epochs: how often all are seen.
    """
    config = replace(CONFIG, model=replace(CONFIG.model, dropout=share), seed=seed, epochs=epochs)
    return train(few("mnist", LEARNT, ASIDE), config)


def measure(progress: Callable[[str], None]) -> Measured:
    """Every share of ``SHARES`` with every seed; a minute or two on one thread."""
    began, rows = time.monotonic(), []
    for share in SHARES:
        for seed in SEEDS:
            course = run(share, seed)
            progress(
                f"dropout {share}, seed {seed}: loss {course.train_loss[-1]:.3f}, {course.val_loss[-1]:.3f}"
            )
            curves = {name: np.round(getattr(course, name), 4).tolist() for name in CURVES}
            rows.append({"share": share, "seed": seed, "parameters": course.parameters, **curves})
    return gather(
        "dropout",
        rows,
        data=f"the first {LEARNT} training images of MNIST; the first {ASIDE} of its validation split kept aside",
        seeds=SEEDS,
        config=CONFIG.to_dict(),
        seconds=time.monotonic() - began,
    )


def curves(share: float) -> Curves:
    """What was measured with a share and ships."""
    rows = [row for row in read("dropout").rows if row["share"] == share]
    return Curves(share, **{name: np.array([row[name] for row in rows]) for name in CURVES})


@dataclass(frozen=True, eq=False)
class Masked:
    """The answers of one trained network to one image under many masks.

    Attributes:
        share: of the values that are set to 0.
        image: (row, column) float32 in [0, 1].
        answers: (mask, class) probabilities, one mask each.
        plain: (class,) without any mask, as the network is used.
        label: index of the class that the image shows.
    """

    share: float
    image: np.ndarray
    answers: np.ndarray
    plain: np.ndarray
    label: int

    @property
    def spread(self) -> float:
        """Standard deviation over the masks of the probability of the plain answer."""
        return float(self.answers[:, self.plain.argmax()].std())

    @property
    def agreeing(self) -> float:
        """Share of the masks that give the plain answer."""
        return float((self.answers.argmax(1) == self.plain.argmax()).mean())


def mask_answers(
    model: "Classifier", image: np.ndarray, share: float, masks: int, *, is_same: bool, seed: int = 0
) -> np.ndarray:
    """A trained network's answers with dropout on, (mask, class) probabilities (Gal and Ghahramani 2016).

    The values between the layers and before the head are set to 0 with a chance of ``share``, the others divided by
    1 - ``share``, as in training.

    Args:
        model: layers over one sequence; given back as found.
        image: (step, feature) float32.
        share: 0 to below 1.
        masks: how many.
        is_same: one mask holds for all steps of a layer; else every step draws its own.
        seed: of the masks.
    """
    import torch

    from medrnn.models.devices import evaluating, exact_float32

    drawn = torch.Generator().manual_seed(seed)
    with evaluating(model), torch.inference_mode(), exact_float32():
        states = torch.from_numpy(np.ascontiguousarray(image)).expand(masks, -1, -1)
        for layer in range(model.config.layers):
            if layer:
                states = states * _mask(states, share, drawn, is_same=is_same)
            states = _layer(model, layer)(states)[0]
        last = states[:, -1:]
        answers: np.ndarray = (
            model.head((last * _mask(last, share, drawn, is_same=is_same))[:, 0]).softmax(-1).numpy()
        )
    return answers


def _mask(states: "Tensor", share: float, drawn: "torch.Generator", *, is_same: bool) -> "Tensor":
    """Zeros and 1 / (1 - share) of the shape of states (mask, step, unit), or one step that holds for all."""
    import torch

    steps = 1 if is_same else states.shape[1]
    kept = torch.rand(len(states), steps, states.shape[2], generator=drawn) >= share
    return kept / (1 - share)


def _layer(model: "Classifier", layer: int) -> "torch.nn.LSTM":
    """One layer of a network by itself, with its own weights."""
    import torch

    (rnn,) = model.recurrent().values()
    weights = {
        f"{name}_l0": getattr(rnn, f"{name}_l{layer}").data
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    }
    alone = torch.nn.LSTM(weights["weight_ih_l0"].shape[1], rnn.hidden_size, batch_first=True)
    alone.load_state_dict(weights)
    return alone


def answer_with_masks(model: "Classifier", number: int, share: float, *, is_same: bool) -> Masked:
    """One test digit under ``MASKS`` masks.

    Args:
        model: ``MODEL``; given back as found.
        number: of the test image, counted from 0.
        share: 0 to below 1.
        is_same: one mask holds for all steps.
    """
    digits = test_digits()
    image = digits.images[number] / np.float32(255)
    (plain,) = mask_answers(model, image, 0.0, 1, is_same=True)
    answers = mask_answers(model, image, share, MASKS, is_same=is_same)
    return Masked(share, image, answers, plain, int(digits.labels[number]))


@lru_cache(maxsize=1)
def test_digits() -> Split:
    """The first test digits, which no network here has learnt."""
    return load_dataset("mnist").test.first(500)
