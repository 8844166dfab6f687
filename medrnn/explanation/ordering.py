"""Orders of units for heat maps, so that units that act alike stand together."""

from collections.abc import Mapping

import numpy as np

ORDERINGS = {
    "stored": "as stored",
    "cluster": "by likeness",
    "variance": "by variance",
    "contribution": "by contribution to the answer",
}


def _cluster(states: np.ndarray) -> np.ndarray:
    """Average linkage of the correlation distance with optimal leaf order (Bar-Joseph et al. 2001)."""
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import pdist

    moving = np.flatnonzero(np.ptp(states, axis=0) > 1e-9)
    still = np.setdiff1d(np.arange(states.shape[1]), moving)
    if len(moving) < 3:
        return np.concatenate([moving, still])
    distance = np.clip(pdist(states[:, moving].T, "correlation"), 0, 2)
    return np.concatenate([moving[leaves_list(linkage(distance, "average", optimal_ordering=True))], still])


def order_units(
    part: Mapping[str, np.ndarray], by: str, contribution: np.ndarray | None = None
) -> np.ndarray:
    """A permutation of the units: the unit drawn first comes first.

    Args:
        part: symbol to (step, unit), as ``Trace.part`` gives it.
        by: a key of ``ORDERINGS``.
        contribution: (unit,) what each adds to the answer's logit, see ``contribute``; without it, "contribution" is
            "stored".

    Returns:
        (unit,) int64. "cluster" puts units that never move last, "variance" and "contribution" the largest first.
    """
    states = part["h"].astype(np.float64)
    if by == "cluster":
        return _cluster(states)
    if by == "variance":
        return np.argsort(-states.var(0), kind="stable")
    if by == "contribution" and contribution is not None:
        return np.argsort(-contribution, kind="stable")
    return np.arange(states.shape[1])


def contribute(weight: np.ndarray, part: Mapping[str, np.ndarray], target: int, start: int) -> np.ndarray:
    """What each unit adds to a class's logit beyond the mean of all classes, at the last step.

    Args:
        weight: (class, state) of a head that reads the last state.
        part: of the layer and direction that the head reads, forward.
        target: index of the class.
        start: where this direction's units begin among the head's states.

    Returns:
        (unit,) float64 in logits.
    """
    units = part["h"].shape[1]
    own = weight[:, start : start + units].astype(np.float64)
    return (own[target] - own.mean(0)) * part["h"][-1]


def co_cluster(states: np.ndarray, count: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Units and the steps at which they are active, grouped together (spectral co-clustering, Dhillon 2001).

    Args:
        states: (step, unit) of ``h``.
        count: groups, at most as many as there are steps or units.
        seed: of the k-means inside.

    Returns:
        (step,) and (unit,) int64: the group of each.
    """
    from sklearn.cluster import SpectralCoclustering
    from threadpoolctl import threadpool_limits

    count = max(1, min(count, *states.shape))
    table = np.abs(states.astype(np.float64)) + 1e-6  # no row or column of zeros
    with threadpool_limits(1):
        found = SpectralCoclustering(count, random_state=seed).fit(table)
    return found.row_labels_.astype(np.int64), found.column_labels_.astype(np.int64)
