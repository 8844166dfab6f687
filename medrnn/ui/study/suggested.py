"""Which models fit the study in view, and which of them is taken where the visitor has chosen none."""

from dataclasses import replace

from medrnn.config import ReadingConfig
from medrnn.imaging.samples import SAMPLES
from medrnn.models.suggest import Fit, suggest
from medrnn.types import Source, Study
from medrnn.ui import cached
from medrnn.ui.state import session


def source(study: Study) -> Source:
    """What the file of the study in view says of itself; of a sample also what its origin says.

    Args:
        study: the study in view; that a film in three channels is grey is known from a reading, which is kept.
    """
    state = session()
    said = cached.reading(study, ReadingConfig(), state.frame, None, from_colour=True).source
    sample = SAMPLES.get(state.samples.get(study.key, ""))
    if sample is None:
        return said
    known = sample.source
    return replace(
        said, modality=said.modality or known.modality, body_part=said.body_part or known.body_part
    )


def ranked(study: Study) -> list[Fit]:
    """All models with how they fit the study in view, the best first; a sample's own model before all.

    Args:
        study: the study in view; of a line of pixels there is nothing to read, and no model is named.
    """
    state = session()
    if min(study.rows, study.columns) < 2:
        return []
    width, height = state.crop[2:] if state.crop else (min(study.rows, study.columns),) * 2
    sample = SAMPLES.get(state.samples.get(study.key, ""))
    own = sample.model if sample else ""
    fits = suggest(cached.cards().values(), source(study), (height, width), study.frames)
    return sorted(fits, key=lambda fit: fit.card.id != own)


def choose() -> None:
    """Take the best model for the study in view, unless the visitor chose one or all are of something else."""
    state = session()
    if state.study is None or state.model != state.suggested:
        return
    best = next((fit for fit in ranked(state.study) if fit.kind != "contradicts"), None)
    if best:
        state.model = state.suggested = best.card.id
