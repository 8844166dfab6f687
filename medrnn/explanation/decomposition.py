"""Contextual decomposition of LSTMs (Murdoch, Liu and Yu 2018): what a phrase of steps contributes by itself.

Every state is split into two parts that sum to it: ``beta``, what the steps of the phrase made by themselves, and
``gamma``, all that the other steps had a part in. Sigmoid and tanh of a sum are split by what each term adds, averaged
over the orders in which they can be added, the bias always first. Products of beta with beta or with a bias belong to
beta, all others to gamma; what is made of biases alone at a step belongs to the phrase where the step does.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from medrnn.explanation.tracing.fused import layer_weights
from medrnn.models.cells import Weights
from medrnn.models.classifier import RecurrentClassifier

Curve = Callable[[Tensor], Tensor]
READOUTS = ("last", "mean+max")


@dataclass(frozen=True, eq=False)
class Parts:
    """A quantity as the sum of what the phrase made and of all else, of one shape each."""

    beta: Tensor
    gamma: Tensor

    @property
    def whole(self) -> Tensor:
        """Their sum."""
        return self.beta + self.gamma

    def each(self, change: Callable[[Tensor], Tensor]) -> "Parts":
        """Both parts changed alike, by something linear."""
        return Parts(change(self.beta), change(self.gamma))


def split_curve(curve: Curve, inside: Parts, bias: Tensor) -> tuple[Parts, Tensor]:
    """``curve(beta + gamma + bias)`` as a sum of three: what beta, gamma and the bias add."""
    alone, whole = curve(bias), curve(inside.whole + bias)
    by_beta, by_gamma = curve(inside.beta + bias), curve(inside.gamma + bias)
    return Parts((by_beta - alone + whole - by_gamma) / 2, (by_gamma - alone + whole - by_beta) / 2), alone


def split_tanh(inside: Parts) -> Parts:
    """``tanh(beta + gamma)`` as a sum of two."""
    by_beta, by_gamma, whole = inside.beta.tanh(), inside.gamma.tanh(), inside.whole.tanh()
    return Parts((by_beta + whole - by_gamma) / 2, (by_gamma + whole - by_beta) / 2)


def _step(x: Parts, h: Parts, c: Parts, w: Weights, within: Tensor) -> tuple[Parts, Parts]:
    """One step of an LSTM: h and C after it, (batch, unit); ``within`` (batch, 1) says whether it is of the phrase."""
    inside = [
        Parts(*both)
        for both in zip(
            (x.beta @ w["weight_ih"].T + h.beta @ w["weight_hh"].T).chunk(4, -1),
            (x.gamma @ w["weight_ih"].T + h.gamma @ w["weight_hh"].T).chunk(4, -1),
            strict=True,
        )
    ]
    biases = (w["bias_ih"] + w["bias_hh"]).chunk(4)
    i, bias_i = split_curve(torch.sigmoid, inside[0], biases[0])
    f, bias_f = split_curve(torch.sigmoid, inside[1], biases[1])
    g, bias_g = split_curve(torch.tanh, inside[2], biases[2])
    o = torch.sigmoid(inside[3].whole + biases[3])
    both = bias_i * bias_g
    written = i.beta * (g.beta + bias_g) + bias_i * g.beta + within * both
    kept = (f.beta + bias_f) * c.beta
    whole = (f.whole + bias_f) * c.whole + (i.whole + bias_i) * (g.whole + bias_g)
    cell = Parts(written + kept, whole - written - kept)
    shown = split_tanh(cell)
    return shown.each(lambda values: o * values), cell


def decompose_layer(x: Parts, w: Weights, within: Tensor) -> tuple[Parts, Parts]:
    """One layer and direction.

    Args:
        x: what is read, parts (phrase, step, feature) in the order of reading.
        w: the weights.
        within: (phrase, step) 1 where a step is of the phrase, else 0.

    Returns:
        h and C, parts (phrase, step, unit).
    """
    zero = x.beta.new_zeros(len(x.beta), w["weight_hh"].shape[1])
    h = c = Parts(zero, zero)
    shown, memory = [], []
    for t in range(x.beta.shape[1]):
        h, c = _step(Parts(x.beta[:, t], x.gamma[:, t]), h, c, w, within[:, t, None])
        shown.append(h)
        memory.append(c)
    return _stacked(shown), _stacked(memory)


def _stacked(parts: list[Parts]) -> Parts:
    return Parts(torch.stack([one.beta for one in parts], 1), torch.stack([one.gamma for one in parts], 1))


def decompose_states(model: RecurrentClassifier, x: Tensor, within: Tensor) -> Parts:
    """The last layer's states, parts (phrase, step, unit x direction), in the order of the steps.

    Args:
        model: layers of LSTMs over the values as they are.
        x: (step, feature).
        within: (phrase, step) 1 where a step is of the phrase, else 0.
    """
    marks = within.to(x)
    level = Parts(x * marks[..., None], x * (1 - marks[..., None]))
    for layer in range(model.rnn.num_layers):
        ways = [decompose_layer(level, layer_weights(model.rnn, layer, False), marks)[0]]
        if model.rnn.bidirectional:
            w = layer_weights(model.rnn, layer, True)
            ways.append(decompose_layer(level.each(_turned), w, _turned(marks))[0].each(_turned))
        level = Parts(torch.cat([one.beta for one in ways], -1), torch.cat([one.gamma for one in ways], -1))
    return level


def _turned(values: Tensor) -> Tensor:
    """(phrase, step, ...) from the last step to the first."""
    return values.flip(1)


def _read_out(model: RecurrentClassifier, states: Parts) -> Parts:
    """What the head sees. A maximum is the state of the place that wins in the whole, with both its parts."""
    if model.config.readout == "last":
        return states.each(model.read_out)
    winners = states.whole.argmax(1, keepdim=True)
    return states.each(lambda values: torch.cat([values.mean(1), values.gather(1, winners)[:, 0]], -1))


def decompose_logits(model: RecurrentClassifier, x: Tensor, within: Tensor) -> Parts:
    """The logits but for the head's bias, parts (phrase, class), each phrase by itself.

    Args:
        model: layers of LSTMs over the values as they are, read out at their last state or by mean and maximum; in
            evaluation mode.
        x: (step, feature) where the model is and in its float type.
        within: (phrase, step) bool or 0 and 1: which steps are of the phrase.
    """
    with torch.no_grad():
        seen = _read_out(model, decompose_states(model, x, within))
        return seen.each(lambda values: values @ model.head.weight.T)
