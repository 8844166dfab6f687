"""What a card says of its probabilities: calibration on test images, temperature and prediction sets from validation.

All of it is measured once, when a model is trained (``make scores`` for those that ship). Validation images chose the
epoch, so what is fitted on them is a little too hopeful.
"""

import numpy as np

from medrnn.evaluation.calibration import reliability
from medrnn.evaluation.conformal import calibrate_sets
from medrnn.evaluation.figures import draw
from medrnn.evaluation.metrics import RESAMPLES
from medrnn.evaluation.outcome import FEW, MOST_WORK
from medrnn.evaluation.temperature import calibrate, cross_validate
from medrnn.models.sure import Measured, ReliableBin, Sure

SEED = 0
LEAST = 20  # validation images, and patients where they are known, of each class: ten a half can exclude one at 90 %


def assess(
    val: tuple[np.ndarray, np.ndarray],
    test: tuple[np.ndarray, np.ndarray],
    *,
    val_patients: np.ndarray | None = None,
    test_patients: np.ndarray | None = None,
) -> Sure:
    """Measure it.

    Args:
        val: (image, class) probabilities and (image,) labels of the validation images.
        test: the same of the test images, at least one.
        val_patients: (image,) whose image each is, where that is known.
        test_patients: likewise.
    """
    classes = val[0].shape[1] if len(val[1]) else test[0].shape[1]
    found = _on_test(*test, test_patients)
    found["val"] = np.bincount(val[1], minlength=classes).tolist()
    if is_enough(val[1], val_patients, classes):
        found["temperature"] = cross_validate(*val, val_patients, seed=SEED)
        found["sets"] = calibrate_sets(val, test, val_patients, seed=SEED)
    return found


def is_enough(labels: np.ndarray, patients: np.ndarray | None, classes: int) -> bool:
    """Whether every class has so many validation images, and patients, that something can be fitted and tried."""
    own = np.arange(len(labels)) if patients is None else patients
    return all(len(np.unique(own[labels == k])) >= LEAST for k in range(classes))


def _on_test(probabilities: np.ndarray, labels: np.ndarray, patients: np.ndarray | None) -> Sure:
    rounds = RESAMPLES if probabilities.size <= MOST_WORK else FEW
    weights = draw(labels, patients, seed=SEED, rounds=rounds)
    told = calibrate(probabilities, labels, weights, None)

    def measured(name: str) -> Measured:
        ends = told.before_ends[name]
        return {"value": told.before[name], "interval": list(ends) if ends else None}

    return {
        "seed": SEED,
        "val": [],
        "unit": "image" if patients is None else "patient",
        "rounds": len(weights),
        "ece": measured("ece"),
        "brier": measured("brier"),
        "bins": _bins(probabilities.max(1), probabilities.argmax(1) == labels),
    }


def _bins(said: np.ndarray, came: np.ndarray) -> list[ReliableBin]:
    return [
        {
            "low": one.low,
            "high": one.high,
            "count": one.count,
            "said": min(one.said, 1.0),
            "came": one.came,
            "interval": list(one.interval),
        }
        for one in reliability(said, came)
    ]
