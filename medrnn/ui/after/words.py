"""The figures of one model in plain sentences."""

from medrnn.compare.words import dependence, images_of, resamples
from medrnn.config import ReadingConfig
from medrnn.config.what import named
from medrnn.evaluation.confusion import ClassFigures, Figure
from medrnn.evaluation.outcome import GroupFigures, Outcome
from medrnn.evaluation.temperature import LARGEST, SMALLEST, Calibration
from medrnn.evaluation.thresholds import Rates


def percent(one: Figure, digits: int = 1) -> str:
    """Such as "89.7 % (87.1 to 91.9)"."""
    if one.value is None:
        return "not defined"
    said = f"{100 * one.value:.{digits}f} %"
    if one.interval is None:
        return said
    low, high = (f"{100 * end:.{digits}f}" for end in one.interval)
    return f"{said} ({low} to {high})"


def number(one: Figure) -> str:
    """Such as "0.957 (0.941 to 0.972)"."""
    if one.value is None:
        return "not defined"
    span = f" ({one.interval[0]:.3f} to {one.interval[1]:.3f})" if one.interval else ""
    return f"{one.value:.3f}{span}"


def draws(found: Outcome) -> str:
    """On what the figures stand and how their intervals were made."""
    patients = found.metadata.patients
    by = resamples(found.rounds, found.unit)
    said = (
        f"{images_of(len(found.test), patients)}. In brackets 95 % intervals: Wilson's of shares, of all else {by}"
        + (f" within each class, seed {found.seed}." if found.rounds else ".")
    )
    return said + dependence(patients, "Wilson's take", "they are a little too narrow")


def whole(found: Outcome) -> str:
    """How often it is right over all."""
    wrong = int(found.matrix.sum() - found.matrix.trace())
    return (
        f"Right in {percent(found.accuracy)}, each class counted alike {percent(found.balanced)}; "
        f"{wrong:,} {'mistake' if wrong == 1 else 'mistakes'}."
    )


def at_threshold(rates: Rates) -> str:
    """What a threshold finds and what it leaves alone."""
    return (
        f"At this threshold: sensitivity {percent(rates.sensitivity)}, specificity {percent(rates.specificity)}, "
        f"PPV {percent(rates.ppv)}, NPV {percent(rates.npv)}."
    )


def counted(rates: Rates, name: str, reading: ReadingConfig) -> str:
    """The four counts behind it."""
    return (
        f"{rates.hits:,} of {rates.hits + rates.misses:,} {named('images', reading)} labelled {name} are "
        f"called {name}, and "
        f"{rates.alarms:,} of {rates.alarms + rates.rests:,} others are too."
    )


def at_prevalence(found: tuple[Figure, Figure], said: str, reading: ReadingConfig) -> str:
    """Both predictive values where the class is as common as said."""
    positive, negative = found
    return (
        f"Where {said} of the {named('images', reading)} are of this class: PPV {percent(positive)}, NPV "
        f"{percent(negative)}."
    )


def cooled(found: Calibration) -> str:
    """What the temperature is and what that says."""
    if found.temperature is None:
        return "There are no validation images, so no temperature can be fitted."
    t = found.temperature
    if found.end:
        return _at_end(t, found.end)
    says = (
        "too sure: its probabilities become softer"
        if t > 1.02
        else "too unsure: its probabilities become sharper"
    )
    if 0.98 <= t <= 1.02:
        says = "about as sure as it should be"
    said = f"Temperature fitted on the validation images: {t:.2f}. There the network is {says}. No answer changes."
    ends = found.change_ends["nll"]
    if ends and ends[0] > 0:
        said += " On the test images it makes them worse: these are not like the validation images."
    return said


def _at_end(t: float, end: str) -> str:
    """That no temperature was found, and why."""
    why = (
        "too few errors to fit it"
        if end == "low"
        else "answers that agree with their labels too seldom to fit it"
    )
    return (
        f"Temperature: {t:.2f}, at the end of the range that is searched ({SMALLEST:g} to {LARGEST:g}). The validation "
        f"images hold {why}, so it says nothing of how sure the network should be. No answer changes."
    )


def class_rows(found: Outcome, names: tuple[str, ...], counted: str = "Images") -> list[dict[str, str]]:
    """One row a class; ``counted`` is what the test split consists of."""
    return [_class_row(row, name, counted) for row, name in zip(found.rows, names, strict=True)]


def _class_row(row: ClassFigures, name: str, counted: str) -> dict[str, str]:
    return {
        "Class": name,
        counted: f"{row.count:,}",
        "Sensitivity": percent(row.sensitivity),
        "Precision": percent(row.precision),
        "F1": number(row.f1),
        "AUC": number(row.auc),
    }


def group_rows(found: Outcome, target: Rates, rates: list[Rates], name: str) -> list[dict[str, str]]:
    """One row a group that is no class, with the rates at the threshold of the class in view.

    Args:
        found: the outcome.
        target: at which threshold, for the head of the columns.
        rates: of each group, in the order of those that are no class.
        name: of the class in view.
    """
    at = f"at {100 * target.threshold:.1f} %"
    parts = [part for part in found.parts if part.title != "Class"]
    is_pair = len(found.classes) == 2
    return [_group_row(part, one, f"{name} {at}", is_pair) for part, one in zip(parts, rates, strict=True)]


def _group_row(part: GroupFigures, rates: Rates, at: str, is_pair: bool) -> dict[str, str]:
    row = {"By": part.title, "Group": part.name, "Images": f"{part.count:,}", "Right": percent(part.accuracy)}
    if is_pair:
        row["AUC"] = number(part.auc)
    return row | {
        f"Sensitivity, {at}": percent(rates.sensitivity),
        f"Specificity, {at}": percent(rates.specificity),
    }
