"""Orders of units for heat maps, so that units that act alike stand together."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from medrnn.errors import TraceError
from medrnn.models.places import passages
from medrnn.types import Trace

if TYPE_CHECKING:
    from medrnn.models.classifier import Classifier

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


def _check_contributes(model: "Classifier", name: str, steps: int) -> None:
    core, readout = model.config.core, model.config.readout
    if core == "sweeps" and name != list(model.recurrent())[-1]:
        raise TraceError(
            f"{name}: the head does not see its states, so that what a unit adds is not defined. Choose "
            f"{list(model.recurrent())[-1]}."
        )
    if core == "streams" and readout == "attention":
        raise TraceError(
            "What a unit of one stream adds is not defined: attention weighs both streams together."
        )
    places = passages(model.config, model.reading)[name].places.steps
    if core == "sweeps" and steps != places:
        raise TraceError(
            f"Expected a trace of all {places} places (tracing.inside.raster), got {steps} steps."
        )


def _seen(model: "Classifier", states: np.ndarray) -> np.ndarray:
    """What the head sees of a module's last states (step, unit x direction): its columns, in float64."""
    import torch

    from medrnn.models.classifier import own_last

    outputs = torch.from_numpy(states)[None].to(model.head.weight)
    with torch.no_grad():
        is_last = model.config.readout == "last"
        seen = own_last(outputs, model.config.width) if is_last else model.pool(outputs)
    found: np.ndarray = seen[0].double().cpu().numpy()
    return found


def contribute(
    model: "Classifier", trace: Trace, direction: str, target: int, module: str = ""
) -> np.ndarray:
    """What each unit of the last layer adds to a class's logit beyond the mean of all classes.

    The head is linear in what it reads of the states, so over all units and directions (and both streams) these add up
    to the logit less the mean logit, but for the head's bias. The weights of an attention read-out are taken as given.

    Args:
        model: the traced classifier, not in training.
        trace: of the image; of sweeps that of all places of the last one (``tracing.inside.raster``).
        direction: "forward" or "backward".
        target: index of the class.
        module: whose trace it is, "" for the one that reads last; of two streams it has to be named.

    Returns:
        (unit,) float64 in logits.

    Raises:
        TraceError: the head does not see the states of that module by themselves.
    """
    from medrnn.explanation.tracing.inside import choose_module, last_module

    is_free = not module and model.config.core == "sweeps"
    name = last_module(model) if is_free else choose_module(model, module)
    ways = trace.directions
    states = np.concatenate([trace.part(trace.layers - 1, way)["h"] for way in ways], 1)
    _check_contributes(model, name, len(states))
    seen = _seen(model, states)
    weight = model.head.weight.detach().double().cpu().numpy()
    start = len(seen) if name == "columns" else 0  # of two streams the head sees the rows first
    weight = weight[:, start : start + len(seen)]
    terms = (weight[target] - weight.mean(0)) * seen  # mean, max or last states; each of all directions
    by_way: np.ndarray = terms.reshape(-1, len(ways), states.shape[1] // len(ways)).sum(
        0
    )  # (direction, unit)
    share: np.ndarray = by_way[ways.index(direction)]
    return share


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
