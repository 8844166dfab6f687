"""Lesson 6: padding and masks. What empty steps do to an answer, and the proof that a mask takes it back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from medrnn.brief import Brief
from medrnn.lessons.images import IMAGE, SIDE, digit
from medrnn.lessons.lesson import Knob, Lesson, Question

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier

CELLS = {"rnn": "plain RNN", "lstm": "LSTM", "gru": "GRU"}
WAYS = {
    "alone": "alone",
    "padded": "padded, no mask",
    "masked": "padded, with a mask",
    "packed": "padded, packed",
}

LESSON = Lesson(
    id="padding",
    title="Padding and masks",
    idea="To share a batch, short sequences are padded to the length of the longest, and the padding must not count.",
    minutes=6,
    knobs=(
        IMAGE,
        Knob(
            "cell",
            "Network",
            tuple(CELLS),
            "lstm",
            "Which shipped network reads the digit. Look which one lets go of it soonest.",
            tuple(CELLS.values()),
        ),
        Knob(
            "pad",
            "Empty rows behind the digit",
            (0, 1, 2, 4, 8, 16, 28, 56),
            16,
            "How many rows of zeros are read after the 28 rows of the digit. Look when the answer tips over, and that "
            "the masked one does not move.",
        ),
    ),
    question=Question(
        "Behind the seven the LSTM reads 16 more rows, all zeros. What does it answer at the end?",
        (
            "7 as before: zeros add nothing",
            "Another digit: it has gone on computing",
            "Nothing: the memory is empty again",
        ),
        1,
        "The input term is 0, the memory term and the biases are not: each empty step changes the state. It says 3. A "
        "mask takes the state after the last real step; the difference to the digit alone is then exactly 0.",
    ),
    sources=(
        "[torch.nn.utils.rnn.pack_padded_sequence]"
        "(https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.rnn.pack_padded_sequence.html): the second "
        "path.",
    ),
)


@dataclass(frozen=True, eq=False, repr=False)
class Padded(Brief):
    """One digit in a batch with a longer sequence, read in four ways.

    Attributes:
        answers: key of ``WAYS`` to (class,) float32 probabilities.
        steps: (step, class) float32, the answer after each step of the padded digit, without a mask.
        label: what the image shows.
    """

    answers: dict[str, np.ndarray]
    steps: np.ndarray
    label: str

    def apart(self, way: str) -> float:
        """Largest difference of a probability from that of the digit alone."""
        return float(np.abs(self.answers[way] - self.answers["alone"]).max())


def pad(model: "Classifier", image: str, count: int) -> Padded:
    """A digit padded to the length of a longer one beside it, read alone, without a mask, with one, and packed.

    Args:
        model: a shipped network of digits with the last state as its read-out; given back as found.
        image: a key of ``DIGITS``.
        count: empty steps behind the digit.
    """
    import torch
    from torch.nn.utils.rnn import pack_padded_sequence

    alone = torch.from_numpy(digit(image))[None]
    padded = torch.cat([alone, torch.zeros(1, count, SIDE)], 1)
    rnn = model.recurrent()["rnn"]
    with torch.inference_mode():
        outputs, _ = rnn(padded)
        packed = pack_padded_sequence(padded, torch.tensor([SIDE]), batch_first=True)
        _, state = rnn(packed)
        last = (state[0] if isinstance(state, tuple) else state)[-1]
        logits = {
            "alone": model(alone),
            "padded": model.answer(outputs[:, -1]),
            "masked": model.answer(outputs[:, SIDE - 1]),
            "packed": model.answer(last),
        }
        steps = model.answer(outputs[0]).softmax(-1).numpy()
    return Padded(
        {way: one[0].softmax(-1).numpy() for way, one in logits.items()}, steps, image.rpartition("-")[2]
    )
