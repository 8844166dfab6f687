"""Verdicts in plain English: the only place where evidence becomes sentences."""

from collections import Counter
from collections.abc import Sequence

from medrnn.explanation.evidence.verdict import LEVELS, Verdict

STILL, EVEN = "Nothing can be said: the answer hardly moves", ", or the map has one value throughout."
SENTENCES: dict[tuple[str, str], str] = {
    ("randomisation", "pass"): "This map depends on what the model learned.",
    ("randomisation", "warning"): "A part of this map stays when all weights are random.",
    ("randomisation", "fail"): "This map does not depend on what the model learned.",
    ("deletion", "pass"): "What it marks moves the answer sooner than any random order.",
    ("deletion", "warning"): "Some random orders of taking pixels away move the answer as soon.",
    ("deletion", "fail"): "Taking pixels away in random order moves the answer sooner than this map does.",
    ("deletion", "unknown"): f"{STILL} whatever is taken away{EVEN}",
    ("insertion", "pass"): "What it marks brings the answer back sooner than any random order.",
    ("insertion", "warning"): "Some random orders of putting pixels in bring the answer back as soon.",
    ("insertion", "fail"): "Putting pixels in at random brings the answer back sooner than this map does.",
    ("insertion", "unknown"): f"{STILL} whatever is put in{EVEN}",
    (
        "road",
        "pass",
    ): "Filled from around, what it marks still moves the answer sooner than any random order.",
    ("road", "warning"): "Filled from around, some random orders move the answer as soon.",
    ("road", "fail"): "Filled from around, what it marks moves the answer less than random pixels.",
    ("road", "unknown"): f"{STILL} whatever is filled from around, or image or map is even.",
    ("completeness", "pass"): "Its values sum to the difference of the scores.",
    ("completeness", "warning"): "Its values do not quite sum to the difference of the scores.",
    (
        "completeness",
        "fail",
    ): "Its values do not sum to the difference of the scores, as the method promises.",
    ("infidelity", "pass"): "It foretells what taking a square away does to the score.",
    ("infidelity", "warning"): "It foretells little of what taking a square away does to the score.",
    ("infidelity", "fail"): "It foretells next to nothing of what taking a square away does to the score.",
    ("sensitivity", "pass"): "It stays the same when the image changes so little that nobody sees it.",
    ("sensitivity", "warning"): "A change of the image that nobody sees changes this map a good deal.",
    ("sensitivity", "fail"): "A change of the image that nobody sees gives another map.",
    ("seeds", "pass"): "It comes out again under another seed.",
    ("seeds", "warning"): "It comes out somewhat different under another seed.",
    ("seeds", "fail"): "It is another map under each seed.",
    ("models", "pass"): "Models trained alike have much the same map.",
    ("models", "warning"): "Models trained alike have maps that are only somewhat alike.",
    ("models", "fail"): "Models trained alike have other maps: this one is of this model alone.",
    ("time", "pass"): "Neither the first nor the last steps win once the steps are shuffled.",
    ("time", "warning"): "Some steps are favoured whatever is there: the first or the last ones read.",
    ("time", "fail"): "The first or the last steps read win whatever is there.",
    ("time", "unknown"): "Nothing can be said of time: on shuffled steps the map is zero throughout.",
    ("localisation", "pass"): "It lies in the mask clearly more than by chance.",
    ("localisation", "warning"): "It lies in the mask hardly more than by chance.",
    ("localisation", "fail"): "It lies in the mask less than by chance.",
    (
        "localisation",
        "unknown",
    ): "Nothing can be said: no pixel speaks for the class, or the mask is all of the image.",
}
RANK = ("fail", "warning", "unknown", "pass")


def sentence(verdict: Verdict) -> str:
    """One verdict with its number and its thresholds.

    Such as "This map does not depend on what the model learned (all weights drawn anew: 0.83, a warning from 0.2, fails
    from 0.5)."
    """
    known = verdict.threshold
    if verdict.value is None:
        said = SENTENCES.get((verdict.name, verdict.level))
        return said or f"Nothing can be said of this map's {known.title}: the number is not defined here."
    edge = "from" if known.good == "low" else "below"
    return (
        f"{SENTENCES[verdict.name, verdict.level].removesuffix('.')} ({known.title}: {verdict.value:.3g}, "
        f"a warning {edge} {known.warns:g}, fails {edge} {known.fails:g})."
    )


def worst_first(verdicts: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """What fails, then warnings, then what is not known, then what passes; else in their order."""
    return tuple(sorted(verdicts, key=lambda one: RANK.index(one.level)))


def headline(verdicts: Sequence[Verdict]) -> str:
    """How many tests fail and warn, and the worst of it in a sentence; where all is well, how many it passed.

    Such as "1 of 8 tests fails, 2 warn. This map does not depend on what the model learned."
    """
    if not verdicts:
        return "There is no evidence about this map yet."
    first = worst_first(verdicts)[0]
    if first.level in ("fail", "warning"):
        return f"{_counts(verdicts)}. {SENTENCES[first.name, first.level]}"
    passed = sum(one.level == "pass" for one in verdicts)
    return f"This map passed {passed} of {len(verdicts)} tests, and failed none."


def _counts(verdicts: Sequence[Verdict]) -> str:
    found = Counter(one.level for one in verdicts)
    said: list[str] = []
    for level, one, more in (("fail", "fails", "fail"), ("warning", "warns", "warn")):
        if found[level]:
            of = "" if said else f" of {len(verdicts)} {'test' if len(verdicts) == 1 else 'tests'}"
            said.append(f"{found[level]}{of} {one if found[level] == 1 else more}")
    return ", ".join(said)


def level_words(verdict: Verdict) -> str:
    """The level in a word or two, such as "passes"."""
    return LEVELS[verdict.level]
