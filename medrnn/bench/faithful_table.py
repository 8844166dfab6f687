"""What `bench faithfulness` found as a page of the docs."""

from typing import Any

from medrnn.bench.faithfulness import RIVALS
from medrnn.datasets.planted import Planting
from medrnn.training.planted import LEARNT


def _told(found: dict[str, Any]) -> list[str]:
    """What the table says of the aims, a line each."""
    aims, told = found["reached"]["aims"], found["reached"]
    some = {
        name: ", ".join(told[name]) or "none"
        for name in ("localised", "pointing", "mass", "core", "deletion_everywhere")
    }
    aucs = ", ".join(f"{one['network']} {one['auc']:.3f}" for one in found["networks"])
    chest = ", ".join(dict.fromkeys(row["network"] for row in found["rows"] if row["deletion_win"])) or "none"
    spots, below = f"at least {aims['pointing']:g}", f"below {aims['randomisation']:g}"
    return [
        f"- Planted spots, pointing {spots}, mass at least {aims['mass']:g} and randomised {below} by one and the same "
        "map: "
        f"{some['localised']}.",
        f"- The same by where spots are at least half their height alone: {some['core']}.",
        f"- Pointing {spots} and randomised {below}: {some['pointing']}. Mass likewise: {some['mass']}.",
        f"- Chest films, deletion wins at least {100 * aims['deletion_win']:.0f} % against each rival on all of "
        f"{chest}: "
        f"{some['deletion_everywhere']}.",
        f"- AUC of the planted networks on the test part: {aucs}.",
        f"- Grey, edges and the middle of the picture point at the spots in less than half of the images: "
        f"{'yes' if told['plain_below_half'] else 'no'}.",
    ]


def to_markdown(found: dict[str, Any]) -> str:
    """What was found, for the docs: whether the aims are reached, and all rows as a table.

    Args:
        found: as ``bench_faithfulness`` gives it.
    """
    head = [
        "set",
        "network",
        "method",
        "images",
        "pointing",
        "mass",
        "(by chance)",
        "core: pointing",
        "mass",
        "(by chance)",
    ]
    head += ["randomised", "deletion: random", "difference", "randomised net"]
    low, high = Planting().radius
    lines = ["# Do maps show what networks use?", "", *_told(found), "", f"| {' | '.join(head)} |"]
    lines.append(f"|{'---|' * len(head)}")
    for row in found["rows"]:
        wins = row["deletion_win"]
        cells = [row[name] for name in ("set", "network", "method", "images")]
        cells += [_said(row[name], row[f"{name}_interval"]) for name in ("pointing", "mass")]
        cells += [
            _said(row[name])
            for name in ("share", "core_pointing", "core_mass", "core_share", "randomisation")
        ]
        cells += [
            f"{100 * wins[name]:.0f} % ({100 * low:.0f}-{100 * high:.0f})" if wins else ""
            for name, (low, high) in (row["deletion_interval"] or dict.fromkeys(RIVALS, (0, 0))).items()
        ]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += [
        "",
        f"Planted rows: images whose spot the network finds. Spots are {low:g} to {high:g} of 64 pixels in radius at "
        "half their height. The mask is all of the spot, every pixel to which it adds a grey value, for a network may "
        "use all of them. The core is where it is at least half its height. Only what speaks for the class counts.",
        f"The planted networks learnt from smaller spots, radius {LEARNT[0]:g} to {LEARNT[1]:g}; the AUC is on the "
        "larger ones. Size of the spots and mask were chosen on the validation part, which holds other films. On these "
        "test films with spots of radius 3 to 5 and the core as the mask no map had reached the aim.",
        "Chest rows: images that it answers rightly, the mask is the lungs.",
        "Randomised: Spearman's rank correlation of the absolute maps, all weights drawn anew.",
        "Deletion: share of images whose curve lies below the rival's, with 95 % intervals after Wilson.",
        "In brackets: 95 % intervals, of pointing after Wilson, of mass after Student. Costly methods have few images.",
        "",
        f"`python -m medrnn bench faithfulness --markdown FILE`, seed {found['seed']}, baseline {found['baseline']}, "
        f"{found['machine']}.",
    ]
    return "\n".join(lines) + "\n"


def _said(value: float | None, ends: list[float] | None = None) -> str:
    if value is None:
        return ""
    return f"{value:.2f} ({ends[0]:.2f}-{ends[1]:.2f})" if ends else f"{value:.2f}"
