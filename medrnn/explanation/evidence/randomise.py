"""Does the map depend on what the network learnt? Its weights are drawn anew, from the head down (Adebayo 2018)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from medrnn.brief import Brief
from medrnn.explanation.evidence.subject import Subject, Tell, nothing
from medrnn.explanation.own_copy import whole_copy

_KINDS = {"weight_hh": "W_hh", "weight_ih": "W_ih", "bias": "biases", "weight_hr": "W_hr"}

APART = 2018  # so that a seed never draws the weights again with which a network of that seed began


@dataclass(frozen=True)
class Stage:
    """Weights that are drawn anew together.

    Attributes:
        title: such as "head" or "rnn, layer 1, W_hh".
        part: name of the module that owns them.
        names: of the weights within it.
    """

    title: str
    part: str
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False, repr=False)
class Randomisation(Brief):
    """How alike the map stays while weights are drawn anew, stage after stage, and what was drawn stays drawn.

    Attributes:
        stages: titles, from the head down to the encoder.
        rank: (stage,) Spearman's rank correlation of the absolute map with the original, -1 to 1, after that stage
            and all before it; NaN where the map has one value only.
        seed: of the weights.
    """

    stages: tuple[str, ...]
    rank: np.ndarray
    seed: int

    @property
    def whole(self) -> float:
        """With all weights drawn anew: near 0 where the map rests on what was learnt, near 1 where not, NaN of none."""
        return float(self.rank[-1]) if len(self.rank) else math.nan


def rank_of(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's rank correlation of two absolute maps; NaN where one has one value only."""
    from scipy.stats import spearmanr

    first, second = np.abs(one).ravel(), np.abs(other).ravel()
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(spearmanr(first, second).statistic)


def _recurrent_stages(name: str, part: nn.Module) -> Iterator[Stage]:
    """The layers of a recurrent module, the last first: W_hh, then W_ih, then the biases, of both directions."""
    own = [weight for weight, _ in part.named_parameters(recurse=False)]
    layers = sorted({weight.removesuffix("_reverse").rpartition("_l")[2] for weight in own}, key=int)
    for layer in reversed(layers):
        ends = (f"_l{layer}", f"_l{layer}_reverse")
        for kind, said in _KINDS.items():
            names = tuple(weight for weight in own if weight.startswith(kind) and weight.endswith(ends))
            if names:
                yield Stage(f"{name}, layer {layer}, {said}", name, names)


def list_stages(module: nn.Module) -> tuple[Stage, ...]:
    """All weights of a network, from those that were registered last (the head) to the first."""
    found: list[Stage] = []
    for name, part in reversed(list(module.named_modules())):
        own = tuple(weight for weight, _ in part.named_parameters(recurse=False))
        if any(weight.startswith("weight_hh_l") for weight in own):
            found += _recurrent_stages(name, part)
        elif own:
            found.append(Stage(name or "the module's own", name, own))
    return tuple(found)


def _drawn(part: nn.Module, names: tuple[str, ...]) -> nn.Module:
    """A copy of a part on the CPU, drawn anew from torch's generator.

    A part that has ``reset_parameters`` draws as it does when it is made (batch norm forgets its statistics); of any
    other the named weights get a normal distribution with the mean and deviation of what they have.
    """
    own = whole_copy(part).cpu()
    reset = getattr(own, "reset_parameters", None)
    if callable(reset):
        reset()
    for name in names:
        weight = getattr(own, name)
        if callable(reset) and not torch.equal(weight, getattr(part, name).cpu()):
            continue  # of weight norm the reset draws what is computed, and leaves its weights
        spread = weight.std() if weight.numel() > 1 else weight.abs().mean()
        weight.copy_(weight.mean() + spread * torch.randn_like(weight))
    return own


def _draw_stage(module: nn.Module, stage: Stage, seed: int) -> None:
    """Draw the weights of a stage anew, in place; torch's own generator is given back as found."""
    part = module.get_submodule(stage.part)
    with torch.no_grad(), torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        drawn = _drawn(part, stage.names)
        for name in stage.names:
            getattr(part, name).copy_(getattr(drawn, name))
        for name, values in drawn.named_buffers(recurse=False):
            getattr(part, name).copy_(values)


def cascade(module: nn.Module, seed: int) -> Iterator[tuple[str, nn.Module]]:
    """A copy of a network whose weights are drawn anew, stage after stage.

    Args:
        module: stays as it is.
        seed: of the weights.

    Yields:
        The stage's title, and the copy as it is then (always the same one).
    """
    own, stages = whole_copy(module).requires_grad_(False), list_stages(module)
    seeds = np.random.SeedSequence([APART, seed]).generate_state(max(1, len(stages)))
    for stage, one in zip(stages, seeds.tolist(), strict=False):
        _draw_stage(own, stage, one)
        yield stage.title, own


def randomised(module: nn.Module, seed: int) -> nn.Module:
    """A copy of a network with all of its weights drawn anew; of one without weights a plain copy."""
    own = whole_copy(module)
    for _, own in cascade(module, seed):  # noqa: B007 (the last one is wanted)
        pass
    return own.requires_grad_(False)


def randomise(subject: Subject, values: np.ndarray, *, tell: Tell = nothing) -> Randomisation:
    """The map of the network, stage after stage of its weights drawn anew, beside the original.

    Args:
        subject: the network (it stays as it is), the image, how its map is made, and the seed.
        values: the map (row, column) of the network as it is.
        tell: called with the share done.
    """
    count, titles, ranks = len(list_stages(subject.module)), [], []
    for title, module in cascade(subject.module, subject.seed):
        titles.append(title)
        ranks.append(rank_of(values, subject.values(module)))
        tell(len(ranks) / count)
    return Randomisation(tuple(titles), np.array(ranks, np.float64), subject.seed)
