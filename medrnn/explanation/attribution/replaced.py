"""The score with each step replaced, one at a time; of layers that only look back from shared states.

What such a network keeps of the steps before step t does not depend on what stands at t. So the states before a block
of steps are computed once, and the block's inputs, one a step, are read in one batch from there: about half of the
work, by torch's own kernels. An input whose k-th step is replaced reads the steps of the block before it in vain; that
is why blocks are short.
"""

import torch
from torch import Tensor

from medrnn.explanation.attribution.method import Asked, batches
from medrnn.explanation.attribution.prefix import AtStep
from medrnn.models.classifier import RecurrentClassifier

BLOCK = 32  # inputs of a block: fewer waste fewer steps, more go through the kernels at once


def replaced_scores(asked: Asked, replaced: Tensor) -> Tensor:
    """The class's score of the image with one step replaced.

    Args:
        asked: module, image and class.
        replaced: (draw, step, feature), what stands at each step instead.

    Returns:
        (draw, step).
    """
    found = shares_states(asked)
    return _plain(asked, replaced) if found is None else _shared(asked, *found, replaced)


def shares_states(asked: Asked) -> tuple[RecurrentClassifier, int] | None:
    """The network whose states can be shared, and how many steps it reads; None where all has to be read again.

    That is so of layers that only look back over steps that are encoded one by one. A network that is listened to
    (hooks) is run as it is.
    """
    given, module, steps = asked.module, asked.module, asked.x.shape[1]
    if isinstance(given, AtStep):
        module, steps = given.whole, given.step + 1
    if type(module) is not RecurrentClassifier:
        return None
    config = module.config
    is_heard = any(part._forward_hooks or part._forward_pre_hooks for part in module.modules())
    if config.is_bidirectional or config.encoder == "stem" or is_heard:
        return None
    return module, steps


def _plain(asked: Asked, replaced: Tensor) -> Tensor:
    draws, steps, _ = replaced.shape
    scores = []
    for some in batches(draws * steps, asked.batch):
        inputs = asked.x.repeat(len(some), 1, 1)
        for k, number in enumerate(some):
            inputs[k, number % steps] = replaced[number // steps, number % steps]
        scores.append(asked.module(inputs)[:, asked.target])
        asked.tell(some.stop / (draws * steps))
    return torch.cat(scores).reshape(draws, steps)


def _shared(asked: Asked, model: RecurrentClassifier, steps: int, replaced: Tensor) -> Tensor:
    draws = len(replaced)
    image, other = model.encode(asked.x[:, :steps]), model.encode(replaced[:, :steps])
    state, before = None, image.new_zeros(1, 0, model.config.width)
    scores = asked.x.new_full((draws, asked.x.shape[1]), torch.nan)
    for block in batches(steps, max(1, BLOCK // draws)):
        count = len(block)
        inputs = image[:, block.start :].expand(count, draws, -1, -1).clone()
        for k, step in enumerate(block):
            inputs[k, :, k] = other[:, step]
        outputs, _ = model.rnn(inputs.flatten(0, 1), _many(state, count * draws))
        if model.config.readout != "last":
            outputs = torch.cat([before.expand(len(outputs), -1, -1), outputs], 1)
        logits = model.answer(model.read_out(outputs))[:, asked.target]
        scores[:, block.start : block.stop] = logits.reshape(count, draws).T
        read, state = model.rnn(image[:, block.start : block.stop], state)
        before = torch.cat([before, read], 1)
        asked.tell(_share(block.stop, steps))
    if steps < scores.shape[1]:  # what is not read changes nothing
        scores[:, steps:] = model.answer(model.read_out(before))[:, asked.target]
    return scores


def _many(state: Tensor | tuple[Tensor, ...] | None, count: int) -> Tensor | tuple[Tensor, ...] | None:
    """States (layer, 1, unit) for so many inputs."""
    if state is None:
        return None
    if isinstance(state, Tensor):
        return state.expand(-1, count, -1).contiguous()
    return tuple(one.expand(-1, count, -1).contiguous() for one in state)


def _share(done: int, steps: int) -> float:
    """Of the work, which is less for later steps."""
    return 1 - (1 - done / steps) ** 2
