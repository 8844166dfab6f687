"""What `bench faithfulness` found as a page of the docs."""

from typing import Any

from medrnn.bench.faithfulness import RIVALS


def _told(found: dict[str, Any]) -> list[str]:
    """What the table says of the aims, a line each."""
    aims, told = found["reached"]["aims"], found["reached"]
    some = {
        name: ", ".join(told[name]) or "none"
        for name in ("localised", "pointing", "mass", "deletion_everywhere")
    }
    aucs = ", ".join(f"{one['network']} {one['auc']:.3f}" for one in found["networks"])
    chest = ", ".join(dict.fromkeys(row["network"] for row in found["rows"] if row["deletion_win"])) or "none"
    spots, below = f"at least {aims['pointing']:g}", f"below {aims['randomisation']:g}"
    return [
        f"- Planted spots, pointing {spots}, mass at least {aims['mass']:g} and randomised {below} by one and the same "
        "map: "
        f"{some['localised']}.",
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
        "randomised",
        "deletion: random",
    ]
    head += ["difference", "randomised net"]
    lines = ["# Do maps show what networks use?", "", *_told(found), "", f"| {' | '.join(head)} |"]
    lines.append(f"|{'---|' * len(head)}")
    for row in found["rows"]:
        wins = row["deletion_win"]
        cells = [row[name] for name in ("set", "network", "method", "images")]
        cells += [_said(row[name]) for name in ("pointing", "mass", "share", "randomisation")]
        cells += [
            f"{100 * wins[name]:.0f} % ({100 * low:.0f}-{100 * high:.0f})" if wins else ""
            for name, (low, high) in (row["deletion_interval"] or dict.fromkeys(RIVALS, (0, 0))).items()
        ]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    lines += [
        "",
        "Planted rows: images whose spot the network finds, the mask is the spot at half its height.",
        "Chest rows: images that it answers rightly, the mask is the lungs.",
        "Randomised: Spearman's rank correlation of the absolute maps, all weights drawn anew.",
        "Deletion: share of images whose curve lies below the rival's, with 95 % intervals after Wilson.",
        "Small numbers of images: differences of a few hundredths mean nothing.",
        "",
        f"`python -m medrnn bench faithfulness --markdown FILE`, seed {found['seed']}, baseline {found['baseline']}, "
        f"{found['machine']}.",
    ]
    return "\n".join(lines) + "\n"


def _said(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"
