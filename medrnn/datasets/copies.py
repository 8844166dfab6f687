"""A set without the same picture twice: what is learnt from is no test, and no picture has two labels."""

import hashlib
from collections import Counter
from dataclasses import replace

import numpy as np

from medrnn.datasets.records import Dataset, Split

ORDER = ("test", "val", "train")  # where a picture stays that stands in several


def _digests(split: Split) -> list[bytes]:
    return [hashlib.blake2b(image.tobytes(), digest_size=16).digest() for image in split.images]


def without_copies(data: Dataset) -> Dataset:
    """The set with every picture once, told by all its pixels.

    One that stands in several splits stays in test before val before train, one that stands twice in a split where it
    comes first; one under two labels goes altogether. How many went stands in the findings as "copy".

    Args:
        data: any set.
    """
    digests = {name: _digests(getattr(data, name)) for name in ORDER}
    labels: dict[bytes, set[int]] = {}
    for name in ORDER:
        for digest, label in zip(digests[name], getattr(data, name).labels.tolist(), strict=True):
            labels.setdefault(digest, set()).add(label)
    seen = {digest for digest, several in labels.items() if len(several) > 1}
    made, gone = {}, 0
    for name in ORDER:
        stays = np.zeros(len(digests[name]), bool)
        for k, digest in enumerate(digests[name]):
            stays[k] = digest not in seen
            seen.add(digest)
        made[name] = getattr(data, name).some(stays)
        gone += int((~stays).sum())
    if not gone:
        return data
    left = Counter(data.findings.left_out)
    left["copy"] += gone
    findings = replace(data.findings, left_out=dict(left))
    return replace(data, train=made["train"], val=made["val"], test=made["test"], findings=findings)
