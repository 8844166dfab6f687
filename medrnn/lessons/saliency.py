"""Lesson 12: what a saliency map can and cannot say, held against a network whose weights are chance."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from medrnn import sequences
from medrnn.imaging.samples import read_sample
from medrnn.lessons.lesson import Knob, Lesson, Question
from medrnn.types import Attribution, Reading

if TYPE_CHECKING:
    from medrnn.models.cards import Card
    from medrnn.models.classifier import Classifier

MODEL = "pneumonia-lstm-forward"
DRAWS = 5  # of random weights
NOISE = 64  # images of uniform noise
SEED = 0
RANDOMISED = ("nothing", "head", "top-layer", "everything")

LESSON = Lesson(
    id="saliency",
    title="What a saliency map can and cannot say",
    idea="A map shows what the answer was sensitive to, never where a finding is; hold it against chance before you "
    "believe it.",
    minutes=12,
    knobs=(
        Knob(
            "film",
            "Film",
            ("chest-film-bacterial-1", "chest-child-pneumonia-1", "chest-film-normal-1"),
            "chest-film-bacterial-1",
            "Which film of a child's chest is read. Look whether what you find on one holds on another.",
            ("pneumonia, 1", "pneumonia, 2", "normal"),
        ),
        Knob(
            "method",
            "Map",
            ("saliency", "integrated-gradients", "row-occlusion"),
            "saliency",
            "How the map is made. Look which of them still look the same when the weights are chance.",
            ("saliency", "integrated gradients", "row occlusion"),
        ),
        Knob(
            "randomised",
            "Weights left to chance",
            RANDOMISED,
            "everything",
            "Which weights are drawn anew, from the head down: what was learnt there is lost. A map that stays as it "
            "was did not show what was learnt. Look at the correlation.",
            ("none", "the head", "and the upper layer", "all"),
        ),
    ),
    question=Question(
        "A network of **chance weights** reads **noise**: no training, no image. Of its saliency, how much lies on "
        "the last quarter of the 28 rows read?",
        ("A quarter: no row is special", "Half of it", "Nine tenths of it"),
        2,
        "About 91 %: the gradient fades on its way back to rows read early, so a map can lean to the last rows "
        "whatever the image shows. This trained network does not (21 % on noise), but only the measurement says so. "
        "And take **row occlusion with all weights left to chance**: on each of the films it still correlates "
        "0.46 or more with the true map, for bright rows matter to any weights. That much of it shows the film, not "
        "what was learnt.",
    ),
    sources=(
        "Adebayo et al. 2018, [Sanity checks for saliency maps](https://arxiv.org/abs/1810.03292).",
        "Arun et al. 2021, [Assessing the trustworthiness of saliency maps for localizing abnormalities in medical "
        "imaging](https://doi.org/10.1148/ryai.2021200267): each of eight methods failed at least one test.",
        "Ismail et al. 2020, [Benchmarking deep learning interpretability in time series predictions]"
        "(https://arxiv.org/abs/2010.13924).",
        "Films: Kermany et al. 2018, CC BY 4.0.",
    ),
)


@dataclass(frozen=True, eq=False)
class Checked:
    """A map beside the map of the same network with chance weights, on the same film, for the same class.

    Attributes:
        reading: of the film.
        own, other: the two maps; the other of the first draw.
        correlations: (draw,) Spearman's rank correlation of the sizes of both maps, over pixels or whole rows.
        answer: the class that is explained, the trained network's own answer.
        before, after: probability of it, trained and with the first draw.
        lean: (step,) share of the saliency that lies on each row read, mean over images of noise, trained.
        lean_other: the same of the first draw.
    """

    reading: Reading
    own: Attribution
    other: Attribution
    correlations: np.ndarray
    answer: str
    before: float
    after: float
    lean: np.ndarray
    lean_other: np.ndarray


def read(card: "Card", film: str) -> Reading:
    """A sample as the model of a card reads it."""
    return sequences.read_study(read_sample(film), card.config.reading)


def randomise(model: "Classifier", what: str, draw: int) -> "Classifier":
    """The same network with part of its weights drawn anew, as torch begins them; the model itself is left alone.

    Args:
        model: layers over one sequence.
        what: one of ``RANDOMISED``: the head, with it the uppermost layer, or all.
        draw: the seed.
    """
    import torch

    from medrnn.models.networks import build_network

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(draw)
        fresh = build_network(replace(model.config, init="torch"), model.reading)
    learnt, chance = model.state_dict(), fresh.state_dict()
    top = f"_l{model.config.layers - 1}"
    redrawn = {
        "nothing": set(),
        "head": {name for name in learnt if name.startswith("head")},
        "top-layer": {name for name in learnt if name.startswith("head") or name.endswith(top)},
        "everything": set(learnt),
    }[what]
    fresh.load_state_dict({name: (chance if name in redrawn else learnt)[name] for name in learnt})
    return fresh.eval().requires_grad_(False)


def check(model: "Classifier", card: "Card", film: str, method: str, what: str) -> Checked:
    """A map of the shipped network against maps of chance weights.

    Args:
        model: of the card; given back as found.
        card: of ``MODEL``.
        film: a sample.
        method: a key of ``explanation.attribution.methods.METHODS``.
        what: one of ``RANDOMISED``.
    """
    from medrnn.explanation.attribution.explain import explain_reading

    reading = read(card, film)
    own = explain_reading(model, card, reading, method=method)
    networks = [randomise(model, what, draw) for draw in range(DRAWS)]
    others = [explain_reading(one, card, reading, method=method, target=own.target) for one in networks]
    k = card.classes.index(own.target)
    return Checked(
        reading=reading,
        own=own,
        other=others[0],
        correlations=np.array([correlate(own, other) for other in others]),
        answer=own.target,
        before=_probability(model, reading, k),
        after=_probability(networks[0], reading, k),
        lean=lean(model),
        lean_other=lean(networks[0]),
    )


def correlate(one: Attribution, other: Attribution) -> float:
    """Spearman's rank correlation of the sizes of two maps' values; of maps of whole rows over the rows.

    Args:
        one: a map, (row, column).
        other: another one of the same method.
    """
    from scipy.stats import spearmanr

    sizes = [np.abs(found.values) for found in (one, other)]
    if one.method == "row-occlusion":
        sizes = [size[:, 0] for size in sizes]
    return float(spearmanr(*(size.ravel() for size in sizes)).statistic)


def lean(model: "Classifier") -> np.ndarray:
    """Share of the saliency of the answer on each step, mean over images of uniform noise: (step,), sums to 1.

    Noise has nothing on any row that it has not on every other: what differs is the network's own.

    Args:
        model: reads rows; given back as found.
    """
    import torch

    from medrnn.models.devices import differentiable

    rows, columns = model.reading.size
    noise = np.random.default_rng(SEED).random((NOISE, rows, columns), dtype=np.float32)
    x = torch.from_numpy(noise).requires_grad_()
    with differentiable(model):
        logits = model(x)
        (gradient,) = torch.autograd.grad(logits.max(1).values.sum(), x)
    by_step = gradient.abs().sum(2).double()
    return (by_step / by_step.sum(1, keepdim=True)).mean(0).numpy()


def last_quarter(shares: np.ndarray) -> float:
    """Of shares (step,) what lies on the last quarter of the steps."""
    return float(shares[-(len(shares) // 4) :].sum())


def _probability(model: "Classifier", reading: Reading, k: int) -> float:
    import torch

    from medrnn.models.devices import evaluating, exact_float32
    from medrnn.models.tensors import to_tensor

    with evaluating(model), torch.inference_mode(), exact_float32():
        return float(model(to_tensor(reading.sequence)[None]).softmax(-1)[0, k])
