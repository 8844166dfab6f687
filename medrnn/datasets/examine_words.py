"""What was found in a data set, said in sentences; nothing reads them."""

from collections.abc import Iterator

from medrnn.datasets.examine import Examined, Pair
from medrnn.datasets.left_out import say_left_out
from medrnn.datasets.patients import RULES
from medrnn.datasets.records import Findings
from medrnn.datasets.weak import say_weak

MOST_SIZES = 5  # of the originals that are named
UNEVEN = 1.5  # images of the commonest class for each of the rarest, from which on it is said


def _count(pairs: tuple[Pair, ...], what: str) -> str:
    same = sum(pair.is_same for pair in pairs)
    return f"{same} {_pairs(same)} of the same picture and {len(pairs) - same} of nearly the same {what}"


def _pairs(count: int) -> str:
    return "pair" if count == 1 else "pairs"


def say_examined(found: Examined) -> Iterator[str]:
    """A line a fact: counts, then what has to be known before training."""
    yield from say_counts(found)
    yield from say_found(found)


def say_counts(found: Examined) -> Iterator[str]:
    """A line a split: how many images, of which size, how many of each class."""
    rows, columns = found.reading.shown_size if found.reading else found.size
    what = f"series, {found.reading.count} of" if found.reading else "images,"
    colour = "in colour" if found.channels == "rgb" else "grey"
    for split, counts in found.counts.items():
        each = ", ".join(f"{name} {count:,}" for name, count in counts.items())
        yield f"{split}: {sum(counts.values()):,} {what} {rows} x {columns}, {colour}: {each}"


def say_found(found: Examined) -> Iterator[str]:
    """A line a fact that has to be known before training; no text that is not ours is in them."""
    if found.imbalance >= UNEVEN:
        yield (
            f"Uneven: {found.imbalance:.1f} training images of the commonest class for each of the rarest. Look at the "
            "balanced accuracy, not the accuracy."
        )
    if found.patients:
        each = ", ".join(f"{name} {count:,}" for name, count in found.patients.items())
        yield f"Patients: {each}." + ("" if found.shared else " None stands in two splits.")
    yield from say_weak(found.weak)
    for one in found.shared:
        yield (
            f"Leak: {one.patients:,} {'patient stands' if one.patients == 1 else 'patients stand'} in {one.splits[0]} "
            f"and {one.splits[1]}, with {one.images:,} images there. What is measured on them is no test; deal the "
            "images out by patient."
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
        count = len(found.conflicts)
        has = "has" if count == 1 else "have"
        yield f"Contradiction: {count} {_pairs(count)} of the same picture {has} two labels. One of each is wrong."
    if not found.pairs:
        yield "No picture comes twice, and none is nearly the same as another."
    if found.is_cut:
        yield "There are more such pairs than are listed."
    total = sum(sum(counts.values()) for counts in found.counts.values())
    if sum(found.looked.values()) < total:
        most = max(found.looked.values())
        yield f"Only the first {most:,} images of a split were looked through for pictures that come twice."


def say_findings(found: Findings) -> Iterator[str]:
    """A line a fact about the originals: what was left out, what was dealt out, how patients are told."""
    if found.left_out:
        yield f"Left out: {'; '.join(say_left_out(found.left_out))}."
    if found.dealt:
        how = "patient by patient" if found.is_by_patient else "within each class"
        yield f"Dealt out here, {how}, seed {found.seed}: {', '.join(found.dealt)}."
    if found.patients != "none":
        yield f"How patients are told: {RULES[found.patients]}."
    if len(found.sizes) > 1:
        sizes = ", ".join(f"{size} ({count:,})" for size, count in list(found.sizes.items())[:MOST_SIZES])
        others = " and others" if len(found.sizes) > MOST_SIZES else ""
        yield f"Sizes of the originals, rows x columns: {sizes}{others}."
