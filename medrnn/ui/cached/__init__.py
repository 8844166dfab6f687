"""Every cache of the app.

Shared between visitors: the shipped samples, what is made of them, cards and weights. Per visitor, bounded and keyed by
content: whatever is made from any other image. Arguments with an underscore are not hashed; their keys stand beside
them.
"""

from medrnn.ui.cached.images import (
    attribution,
    compared_with,
    is_known,
    of_reading,
    packed,
    picture,
    prediction,
    reading,
    sample,
    sample_mask,
    thumbnail,
    thumbnails,
    trace,
    traces,
    value_range,
)
from medrnn.ui.cached.lessons import of_lesson
from medrnn.ui.cached.models import (
    cards,
    damaged,
    device_lock,
    evidence_seconds,
    forget_cards,
    loaded,
    model,
    probe,
    projection,
    state_index,
)
from medrnn.ui.cached.outcomes import of_outcome, outcome
from medrnn.ui.cached.sets import (
    comparison,
    forget_own,
    gallery,
    learnt_from,
    own_set,
    set_answers,
    set_pictures,
    shipped_set,
    validation_images,
    whole_set,
)

__all__ = [
    "attribution",
    "compared_with",
    "cards",
    "comparison",
    "damaged",
    "device_lock",
    "evidence_seconds",
    "forget_cards",
    "forget_own",
    "gallery",
    "is_known",
    "loaded",
    "learnt_from",
    "model",
    "of_lesson",
    "of_outcome",
    "of_reading",
    "outcome",
    "own_set",
    "packed",
    "picture",
    "prediction",
    "probe",
    "projection",
    "reading",
    "sample",
    "sample_mask",
    "set_answers",
    "set_pictures",
    "shipped_set",
    "state_index",
    "thumbnail",
    "thumbnails",
    "trace",
    "traces",
    "validation_images",
    "value_range",
    "whole_set",
]
