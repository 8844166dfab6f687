"""What was found in a set as files: one table, one record."""

import io
from dataclasses import asdict
from typing import Any

from medrnn.config import DISCLAIMER
from medrnn.datasets.examine import Examined
from medrnn.datasets.layout import SPLITS
from medrnn.datasets.left_out import REASONS
from medrnn.datasets.records import Dataset
from medrnn.models.inference import TableWriter


def to_dict(data: Dataset, found: Examined) -> dict[str, Any]:
    """All of it as plain values for JSON, with the digest by which the set is known."""
    return {
        "disclaimer": DISCLAIMER,
        "title": data.title,
        "digest": data.digest,
        "classes": list(data.classes),
        "licence": data.licence,
        "about": data.about,
        "findings": asdict(data.findings),
        "counts": found.counts,
        "size": list(found.size),
        "channels": found.channels,
        "patients": found.patients,
        "shared_patients": [asdict(one) for one in found.shared],
        "weak": asdict(found.weak),
        "looked": found.looked,
        "pairs": [asdict(one) for one in found.pairs],
        "has_more_pairs": found.is_cut,
    }


def counts_rows(data: Dataset, found: Examined) -> list[dict[str, Any]]:
    """A row a class with its number of images in each split and in all."""
    rows = []
    for name in data.classes:
        counts = {split: found.counts[split][name] for split in SPLITS}
        rows.append({"Class": name, **counts, "all": sum(counts.values())})
    return rows


def to_csv(data: Dataset, found: Examined) -> str:
    """A line a fact: what, where, which, how many; pairs by their places, counted from 1."""
    text = io.StringIO()
    out = TableWriter(text)
    out.writerow([f"# {DISCLAIMER}. {data.title}, SHA-256 {data.digest}"])
    out.writerow(["what", "split", "of", "value"])
    for split, counts in found.counts.items():
        out.writerows(["images", split, name, count] for name, count in counts.items())
    out.writerows(["patients", split, "", count] for split, count in found.patients.items())
    out.writerows(["patients in two splits", " ".join(one.splits), "", one.patients] for one in found.shared)
    out.writerows(["left out", "", REASONS[why][1], count] for why, count in data.findings.left_out.items())
    out.writerows(["size of originals", "", size, count] for size, count in data.findings.sizes.items())
    out.writerows(["kind of file", "", kind, count] for kind, count in data.findings.kinds.items())
    for one in found.pairs:
        what = "same picture" if one.is_same else "nearly the same picture"
        places = " ".join(str(place + 1) for place in one.places)
        out.writerow([what, " ".join(one.splits), places, f"{one.likeness:.4f}"])
    return text.getvalue()
