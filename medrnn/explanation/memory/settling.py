"""The answer over time: how sure it is after each step, and from when on it stays."""

from dataclasses import dataclass

import numpy as np

from medrnn.brief import Brief
from medrnn.errors import TraceError

NO_STEPS = (
    "Expected answers step by step, got none: a convolutional network sees the whole image at once. Choose a recurrent "
    "network."
)


@dataclass(frozen=True, eq=False, repr=False)
class AnswerOverTime(Brief):
    """What the answers to all prefixes say together.

    Attributes:
        entropy: (step,) bits, from 0 (sure) to log2 of the number of classes.
        margin: (step,) probability of the first class less that of the second, from 0 to 1.
        moved: (step,) probability that moved from one class to another since the step before (total variation), from
            0 to 1; 0 at the first.
        settled: the first step after which the most probable class no longer changes, counted from 0.
        stability: share of all steps whose most probable class is the final one.
        lowest, highest: probability of the final class from the settled step on, over these steps.
    """

    entropy: np.ndarray
    margin: np.ndarray
    moved: np.ndarray
    settled: int
    stability: float
    lowest: float
    highest: float

    @property
    def margin_at_end(self) -> float:
        """Probability of the answer less that of the second class."""
        return float(self.margin[-1])

    @property
    def drift(self) -> float:
        """Largest change of the final class's probability after the answer has settled."""
        return self.highest - self.lowest


def describe_answers(steps: np.ndarray | None) -> AnswerOverTime:
    """Describe the answers to all prefixes.

    Args:
        steps: (step, class) probabilities, each row sums to 1; as ``Prediction.steps``.

    Raises:
        TraceError: None, as of a convolutional network.
        ValueError: there is no step or no class.
    """
    if steps is None:
        raise TraceError(NO_STEPS)
    p = np.asarray(steps, np.float64)
    if p.ndim != 2 or not p.size:
        raise ValueError(f"expected (step, class) with at least one of each, got {p.shape}")
    answers = p.argmax(1)
    others = np.flatnonzero(answers != answers[-1])
    settled = int(others[-1] + 1) if others.size else 0
    ranked = np.sort(p, axis=1)
    final = p[settled:, answers[-1]]
    return AnswerOverTime(
        entropy=-(p * np.log2(np.where(p > 0, p, 1))).sum(1) + 0.0,
        margin=ranked[:, -1] - (ranked[:, -2] if p.shape[1] > 1 else 0),
        moved=np.concatenate([[0.0], 0.5 * np.abs(np.diff(p, axis=0)).sum(1)]),
        settled=settled,
        stability=float((answers == answers[-1]).mean()),
        lowest=float(final.min()),
        highest=float(final.max()),
    )
