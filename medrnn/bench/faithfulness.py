"""Do maps show what networks use? Every method on every kind of network, where the truth is known and where it is not.

Planted spots: pointing game, relevance mass (Arras 2022), and the map with all weights drawn anew (Adebayo 2018).
Chest films: does taking pixels away in the order of the map beat three rivals, image by image (deletion, Petsiuk 2018)?
"""

import platform
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from medrnn.bench.faithful_sets import (
    CHEST,
    Case,
    chest_case,
    plain_maps,
    planted_case,
    planted_networks,
    planted_test,
)
from medrnn.explanation.attribution.methods import METHODS, methods_for
from medrnn.explanation.evidence.curves import area_of, compare_orders, random_maps
from medrnn.explanation.evidence.localise import Localisation, localise
from medrnn.explanation.evidence.randomise import randomised, rank_of
from medrnn.explanation.evidence.subject import Subject, passes_of, subject_of
from medrnn.models.classifier import Classifier

PASSES = {"planted": 8_000, "chest64": 4_000}  # of one method on one network, about
MOST = {"planted": 40, "chest64": 20}  # images, of cheap methods
LEAST = 6  # images, of expensive ones
DEAR, FEWEST = (
    4_000,
    2,
)  # passes for a map and that of the net drawn anew from which on so few images have to do
NETS = 3  # with weights drawn anew
RIVALS = ("random", "difference", "randomised")
AIMS = {"pointing": 0.9, "mass": 0.5, "randomisation": 0.2, "deletion_win": 0.8}
DIGITS = 3


def images_of(case: Case, method: str) -> int:
    """How many images a method is tried on: fewer where it takes many passes."""
    steps, features = case.x.shape[1:]
    reading = case.card.config.reading
    passes = 2 * passes_of(method, steps, features // reading.planes, reading.size)
    least = FEWEST if passes > DEAR else LEAST
    return min(len(case.x), max(least, min(MOST[case.set], PASSES[case.set] // passes)))


def wilson(wins: int, count: int) -> list[float]:
    """The 95 % interval of a share, after Wilson."""
    from scipy.stats import binomtest

    found = binomtest(wins, count).proportion_ci(method="wilson")
    return [round(float(found.low), DIGITS), round(float(found.high), DIGITS)]


def around(values: Sequence[float]) -> list[float] | None:
    """The 95 % interval of the mean of values from 0 to 1, after Student; None of fewer than two or of equal ones."""
    from scipy import stats

    if len(values) < 2 or np.ptp(values) == 0:
        return None
    ends = stats.t.interval(0.95, len(values) - 1, float(np.mean(values)), float(stats.sem(values)))
    return [round(float(one), DIGITS) for one in np.clip(ends, 0, 1)]


def _beats(subject: Subject, values: np.ndarray, other: np.ndarray) -> list[bool]:
    """Whether the area under the deletion curve is below that of each of ``RIVALS``."""
    from medrnn.explanation.evidence.subject import to_picture

    difference = (to_picture(subject.x - subject.base, subject.reading).abs().sum(-1)).cpu().numpy()
    rivals = [*random_maps((values.shape[0], values.shape[1]), 1, subject.seed), difference, other]
    shares, scores = compare_orders("deletion", subject, [values, *rivals])
    areas = area_of(shares, scores)
    return [bool(areas[0] < one) for one in areas[1:]]


def _mean(values: Sequence[float]) -> float | None:
    """Mean of those that are defined; None of none."""
    known = [one for one in values if np.isfinite(one)]
    return round(float(np.mean(known)), DIGITS) if known else None


def _placed(places: Sequence[Localisation], cores: Sequence[Localisation]) -> dict[str, Any]:
    """What a row says of where the maps lie: in the mask and, of planted spots, in their bright middles."""
    pointing = [one.pointing for one in places]
    return {
        "images": len(places),
        "pointing": _mean(pointing),
        "pointing_interval": wilson(round(sum(pointing)), len(places)),
        "mass": _mean([one.mass for one in places]),
        "mass_interval": around([one.mass for one in places]),
        "share": _mean([one.share for one in places]),
        "core_pointing": _mean([one.pointing for one in cores]),
        "core_mass": _mean([one.mass for one in cores]),
        "core_share": _mean([one.share for one in cores]),
    }


def _row(case: Case, method: str, seed: int, baseline: str, nets: list[Classifier]) -> dict[str, Any]:
    """One method on one network."""
    places: list[Localisation] = []
    cores: list[Localisation] = []
    ranks, wins, count = [], [], images_of(case, method)
    for k in range(count):
        subject = subject_of(
            case.module,
            case.x[k],
            method=method,
            target=int(case.target[k]),
            baseline=baseline,
            reading=case.card.config.reading,
            seed=seed + k,
            images=case.others if METHODS[method].needs_others else None,
        )
        values, other = subject.values(), subject.values(nets[k % len(nets)])
        places.append(localise(values, case.masks[k]))
        if case.cores is not None:
            cores.append(localise(values, case.cores[k]))
        ranks.append(rank_of(values, other))
        if case.set == "chest64":
            wins.append(_beats(subject, values, other))
    won = np.sum(wins, 0, dtype=int).tolist() if wins else None
    return {
        "set": case.set,
        "network": case.network,
        "method": method,
        **_placed(places, cores),
        "randomisation": _mean(ranks),
        "deletion_win": {name: round(n / count, DIGITS) for name, n in zip(RIVALS, won, strict=True)}
        if won
        else None,
        "deletion_interval": {name: wilson(n, count) for name, n in zip(RIVALS, won, strict=True)}
        if won
        else None,
    }


def plain_rows() -> list[dict[str, Any]]:
    """Grey, edges and the middle of the picture as if they were maps, on all planted test images."""
    found: dict[str, tuple[list[Localisation], list[Localisation]]] = {}
    for image, mask, core in zip(*planted_test(), strict=True):
        for name, values in plain_maps(image / 255).items():
            places, cores = found.setdefault(name, ([], []))
            places.append(localise(values, mask))
            cores.append(localise(values, core))
    return [
        {
            "set": "planted",
            "network": "none",
            "method": name,
            **_placed(places, cores),
            "randomisation": None,
            "deletion_win": None,
            "deletion_interval": None,
        }
        for name, (places, cores) in found.items()
    ]


def reached(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Which aims are reached, said of one and the same method on one network.

    Args:
        rows: as ``bench_faithfulness`` gives them.

    Returns:
        ``aims``; ``localised``: network and method of planted rows that reach pointing, mass and randomisation at once;
        ``pointing``, ``mass``: those that reach the one and randomisation; ``deletion``: chest rows that beat every
        rival as often as wanted; ``deletion_everywhere``: methods that do so on every chest network they are right for;
        ``core``: planted rows that would reach all three with the spots' bright middles alone;
        ``plain_below_half``: no plain map points at the spots in half of the images.
    """
    planted = [row for row in rows if row["set"] == "planted" and row["network"] != "none"]
    chest = [row for row in rows if row["deletion_win"]]
    steady = [
        row
        for row in planted
        if row["randomisation"] is not None and row["randomisation"] < AIMS["randomisation"]
    ]

    def named(some: Sequence[dict[str, Any]]) -> list[str]:
        return [f"{row['network']}: {row['method']}" for row in some]

    wins = [row for row in chest if min(row["deletion_win"].values()) >= AIMS["deletion_win"]]
    losing = {row["method"] for row in chest if row not in wins}
    points = [row for row in steady if row["pointing"] >= AIMS["pointing"]]
    masses = [row for row in steady if row["mass"] >= AIMS["mass"]]
    return {
        "aims": AIMS,
        "localised": named([row for row in points if row in masses]),
        "pointing": named(points),
        "mass": named(masses),
        "core": named(
            [
                row
                for row in steady
                if row["core_pointing"] >= AIMS["pointing"] and row["core_mass"] >= AIMS["mass"]
            ]
        ),
        "deletion": named(wins),
        "deletion_everywhere": list(
            dict.fromkeys(row["method"] for row in wins if row["method"] not in losing)
        ),
        "plain_below_half": all(row["pointing"] < 0.5 for row in rows if row["network"] == "none"),
    }


def bench_faithfulness(
    *, models: Sequence[str] = (), methods: Sequence[str] = (), seed: int = 0, baseline: str = "black"
) -> dict[str, Any]:
    """Every method on every kind of network.

    Args:
        models: names of planted networks and of shipped chest models; by default all.
        methods: keys of ``METHODS``; by default all that are right for the network.
        seed: of everything that is drawn.
        baseline: a key of ``BASELINES``, of methods and of deletion.

    Returns:
        ``rows [{set, network, method, images, pointing, pointing_interval, mass, mass_interval, share, core_pointing,
        core_mass, core_share, randomisation, deletion_win, deletion_interval}]``: of planted rows against all of the
        spots, ``core_`` against where they are at least half their height, of chest rows against the lungs; ``share``
        is what a map that knows nothing has of mass; ``deletion_win`` by rival, of chest rows alone. ``networks`` with
        the AUC on the planted test part; ``reached``, see there; ``seed``, ``baseline``, ``machine``.
    """
    rows, networks = plain_rows(), []
    planted = [name for name in planted_networks() if not models or name in models]
    chest = [name for name in CHEST if not models or name in models]
    for make, name in [(planted_case, n) for n in planted] + [
        (lambda n: chest_case(n, seed), n) for n in chest
    ]:
        case = make(name)
        if case.set == "planted":
            networks.append({"network": name, "auc": round(case.auc or 0.0, DIGITS + 1)})
        nets = [randomised(case.module, seed + k) for k in range(NETS)]
        for method in methods_for(case.module, has_others=True):
            if not methods or method in methods:
                rows.append(_row(case, method, seed, baseline, nets))  # type: ignore[arg-type]
    machine = f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}"
    return {
        "rows": rows,
        "networks": networks,
        "reached": reached(rows),
        "seed": seed,
        "baseline": baseline,
        "machine": machine,
    }
