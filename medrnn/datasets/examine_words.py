"""What was found in a data set, said in sentences; nothing reads them."""

from collections.abc import Iterator

from medrnn.datasets.examine import Examined, Pair

UNEVEN = 1.5  # images of the commonest class for each of the rarest, from which on it is said


def _count(pairs: tuple[Pair, ...], what: str) -> str:
    same = sum(pair.is_same for pair in pairs)
    return f"{same} pairs of the same picture and {len(pairs) - same} of nearly the same {what}"


def say_examined(found: Examined) -> Iterator[str]:
    """A line a fact: counts, then what has to be known before training."""
    rows, columns = found.size
    colour = "in colour" if found.channels == "rgb" else "grey"
    for split, counts in found.counts.items():
        each = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        yield f"{split}: {sum(counts.values()):,} images, {rows} x {columns}, {colour}: {each}"
    if found.imbalance >= UNEVEN:
        yield (
            f"Uneven: {found.imbalance:.1f} training images of the commonest class for each of the rarest. Look at the "
            "balanced accuracy, not the accuracy."
        )
    if found.leaks:
        yield (
            f"Leaks: {_count(found.leaks, 'lie in two splits')}. What is measured on them is no test; take them out of "
            "one."
        )
    within = tuple(pair for pair in found.pairs if not pair.is_leak)
    if within:
        yield f"Twice: {_count(within, 'within one split')}. They count twice."
    if found.conflicts:
        yield f"Contradiction: {len(found.conflicts)} pairs of the same picture have two labels. One of each is wrong."
    if not found.pairs:
        yield "No picture comes twice, and none is nearly the same as another."
    total = sum(sum(counts.values()) for counts in found.counts.values())
    if sum(found.looked.values()) < total:
        most = max(found.looked.values())
        yield f"Only the first {most:,} images of a split were looked through for pictures that come twice."
