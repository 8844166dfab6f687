"""Evidence as a record for programs (JSON) and as arrays for a file."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from medrnn.explanation.evidence.collect import Evidence
from medrnn.explanation.evidence.curves import Curve
from medrnn.explanation.evidence.localise import Localisation
from medrnn.explanation.evidence.randomise import Randomisation
from medrnn.explanation.evidence.repeat import Repeatability
from medrnn.explanation.evidence.time_bias import TimeBias
from medrnn.explanation.evidence.verdict import Verdict
from medrnn.explanation.evidence.words import headline, sentence

COUNTED: Mapping[type, tuple[str, ...]] = {  # what records say of themselves beside their fields
    Curve: ("area", "random_areas", "gain", "beaten", "range", "moves"),
    Randomisation: ("whole",),
    Repeatability: ("mean", "least"),
    TimeBias: ("late", "early", "late_steps"),
    Localisation: ("times", "beyond"),
}
LEFT_OUT = ("maps", "differences")  # pictures: they stand in the arrays


def plain(value: Any) -> Any:
    """A value of records, arrays and numbers for JSON: what is no finite number becomes None."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value) if field.name not in LEFT_OUT]
        return {name: plain(getattr(value, name)) for name in (*names, *COUNTED.get(type(value), ()))}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.item() if isinstance(value, np.generic) else value


def verdict_dict(verdict: Verdict) -> dict[str, Any]:
    """A verdict with its thresholds and its sentence."""
    known = verdict.threshold
    return {
        "name": verdict.name,
        "level": verdict.level,
        "value": verdict.value,
        "unit": known.unit,
        "warns": known.warns,
        "fails": known.fails,
        "good": known.good,
        "sentence": sentence(verdict),
    }


def to_dict(evidence: Evidence) -> dict[str, Any]:
    """All evidence for JSON, with ``verdicts`` and a ``headline``."""
    verdicts = evidence.verdicts
    return {
        **plain(evidence),
        "verdicts": [verdict_dict(one) for one in verdicts],
        "headline": headline(verdicts),
    }


def to_arrays(evidence: Evidence) -> dict[str, np.ndarray]:
    """The arrays of all evidence, "evidence/deletion/scores" and so on, and ``evidence`` (JSON) as a string."""
    found: dict[str, np.ndarray] = {"evidence": np.asarray(json.dumps(to_dict(evidence), allow_nan=False))}
    for field in fields(evidence):
        part = getattr(evidence, field.name)
        if is_dataclass(part):
            arrays = {one.name: getattr(part, one.name) for one in fields(part)}
            found |= {
                f"evidence/{field.name}/{name}": value
                for name, value in arrays.items()
                if isinstance(value, np.ndarray)
            }
    return found
