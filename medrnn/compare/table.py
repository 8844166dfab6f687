"""Answers to single images as a table."""

import io
from collections.abc import Sequence

from medrnn.models.cards import Card
from medrnn.models.inference import Inference, TableWriter, table_head
from medrnn.types import Prediction

COLUMNS = (
    "file",
    "model",
    "verdict",
    "class",
    "step",
    "steps",
    "probability",
    "lowest",
    "highest",
    "seeds",
    "parameters",
    "ms",
)


def images_table(found: Sequence[Prediction], cards: Sequence[Card], inferences: Sequence[Inference]) -> str:
    """CSV text: one line a model, class and step, the whole image last.

    Args:
        found: the answers.
        cards: of their models, in the same order.
        inferences: how they were made, likewise; they stand on top behind a ``#``.

    Returns:
        Columns ``COLUMNS``; ``step`` counts from 1 and is empty for the whole image, in whose line alone stand the
        lowest and the highest probability over the seeds.
    """
    out = io.StringIO()
    for inference in inferences:
        out.write(table_head(inference))
    writer = TableWriter(out)
    writer.writerow(COLUMNS)
    for one, card, made in zip(found, cards, inferences, strict=True):
        steps = [] if one.steps is None else list(one.steps)
        for k, name in enumerate(one.classes):
            head = [made.file, made.model, made.verdict.name, name]
            for step, row in enumerate(steps, 1):
                writer.writerow([*head, step, len(steps), float(row[k]), "", "", "", "", ""])
            low, high = one.spread(k) or ("", "")
            size = [one.seed_count, card.parameters, one.elapsed_ms]
            writer.writerow([*head, "", len(steps), float(one.probabilities[k]), low, high, *size])
    return out.getvalue()
