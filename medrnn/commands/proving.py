"""`explain --evidence`: the tests that a map went through, as verdicts on the screen and whole in the file."""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrnn.commands.common import read_image
from medrnn.errors import ConfigError

if TYPE_CHECKING:  # no command waits for what it does not use
    import numpy as np

    from medrnn.explanation.evidence.collect import Evidence
    from medrnn.models.cards import Card
    from medrnn.models.classifier import Classifier
    from medrnn.types import Attribution, Reading

NOT_KEPT = (
    "The verdicts are printed alone. --out FILE.npz keeps the map with every curve and number behind them."
)


def _mask(args: argparse.Namespace, reading: "Reading") -> "np.ndarray | None":
    """The mask of ``--mask`` in the model's grid, of the frame that was read."""
    from medrnn.explanation.evidence.localise import mask_in_reading
    from medrnn.imaging.masks.read import read_mask

    if not args.mask:
        return None
    found = read_mask(Path(args.mask).read_bytes(), read_image(args.file))
    inside = mask_in_reading(found.labels, reading)
    if not inside.any():
        raise ConfigError(
            "mask: expected some of it in the part that is read, got none. Choose another crop."
        )
    return inside


def gather_for(
    args: argparse.Namespace,
    card: "Card",
    model: "Classifier",
    reading: "Reading",
    found: "Attribution",
    asked: Mapping[str, Any],
) -> "Evidence | None":
    """All evidence about a map that was made, where it is asked for.

    Args:
        args: ``evidence``, ``mask``, ``device`` and the image.
        card: of the network.
        model: the network.
        reading: what it read.
        found: the map.
        asked: how it was made, with what: ``baseline``, ``seed`` and, where it was made with such, ``others``.
    """
    from medrnn.explanation.evidence.collect import gather
    from medrnn.models.catalog import load_seeds
    from medrnn.models.tensors import to_tensor

    if not args.evidence:
        if args.mask:
            raise ConfigError("mask: it is used by the evidence. Add --evidence.")
        return None
    return gather(
        model,
        reading.sequence,
        method=found.method,
        target=card.classes.index(found.target),
        baseline="black" if asked["baseline"] is None else asked["baseline"],
        reading=reading.config,
        seed=asked["seed"],
        mask=_mask(args, reading),
        others=load_seeds(card, args.device),
        values=found.values,
        completeness=found.completeness_error,
        images=to_tensor(asked["others"]) if "others" in asked else None,
        is_recurrent=card.config.model.is_recurrent,
    )


def evidence_arrays(evidence: "Evidence | None") -> "dict[str, np.ndarray] | None":
    """What the file holds of it."""
    from medrnn.explanation.evidence.record import to_arrays

    return to_arrays(evidence) if evidence else None


def evidence_record(evidence: "Evidence | None", *, as_json: bool) -> dict[str, Any]:
    """What is printed of it: for programs every verdict with its number, for people the headline and sentences."""
    from medrnn.explanation.evidence.record import verdict_dict
    from medrnn.explanation.evidence.words import headline, level_words, sentence, worst_first

    if evidence is None:
        return {}
    verdicts = evidence.verdicts
    if as_json:
        return {"headline": headline(verdicts), "verdicts": [verdict_dict(one) for one in verdicts]}
    said = {f"{one.name}": f"{level_words(one)}. {sentence(one)}" for one in worst_first(verdicts)}
    return {"evidence": headline(verdicts), **said}
