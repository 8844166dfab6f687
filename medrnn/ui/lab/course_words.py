"""The course of an answer in one plain sentence; the numbers are those of ``explanation.course``, none is made here."""

from collections.abc import Sequence

from medrnn.explanation.memory.course import Course, Unread
from medrnn.models.class_names import name_classes
from medrnn.ui.foreign import shown

ENDS = {"upper": "top", "lower": "bottom", "left": "left", "right": "right"} | {
    "first": "first slice",
    "last": "last slice",
}
PARTS = {3 / 4: "three quarters", 2 / 3: "two thirds", 1 / 2: "half", 1 / 3: "third", 1 / 4: "quarter"}
LATE = 0.75  # of the steps: an answer that leads only from there on is said to turn


def count_of(number: int, word: str) -> str:
    """ "1 row", "2 patches"."""
    return f"{number} {word}{'' if number == 1 else 'es' if word.endswith('ch') else 's'}"


def ordinal(number: int) -> str:
    """ "1st", "2nd", "11th"."""
    ends = {1: "st", 2: "nd", 3: "rd"}
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ends.get(number % 10, 'th')}"


def name_part(unread: Unread | None) -> str:
    """The largest common part that is unread for certain: "the lower third"; empty below a quarter."""
    if unread is None:
        return ""
    word = next((word for share, word in PARTS.items() if unread.share >= share - 1e-6), "")
    return f"the {unread.side} {word}" if word else ""


def _start(course: Course) -> str:
    where = " ".join(ENDS[side] for side in course.start)
    said = f"Reads from the {where}" if where else "Reads"
    if course.is_prefix:
        return f"{said} and back; given one {course.line} more at a time"
    return said


def _at(step: int, course: Course) -> str:
    """A step as a place; where the reading is turned, "row 3" would be taken for the third from the top."""
    if step == course.steps - 1:
        return f"the last {course.line}"
    is_turned = course.line != "patch" and {"lower", "right", "last"} & set(course.start)
    return f"the {ordinal(step + 1)} {course.line}" if is_turned else f"{course.line} {step + 1}"


def _left(course: Course) -> str:
    """What was still to be read when the answer was decided."""
    to_go = course.steps - 1 - course.decided
    if part := name_part(course.unread):
        return f", before it has seen {part}"
    return f", with {count_of(to_go, course.line)} to go" if to_go else ""


def _lean(course: Course, names: Sequence[str]) -> str:
    answer, at = names[course.answer], _at(course.leads, course)
    if course.before is None:
        return f"leans to {answer} from the first {course.line} on"
    if course.leads >= LATE * course.steps:
        return f"still leans to {names[course.before]} at {_at(course.leads - 1, course)}, turns to {answer} at {at}"
    if course.had_led:
        return f"leans to {answer} for good from {at} (and at {count_of(course.had_led, course.line)} before)"
    return f"leans to {answer} from {at}"


def _rest(course: Course) -> str:
    if course.leads == course.steps - 1 and course.leads:
        return ""  # it turned there
    if course.calm == course.steps - 1 and course.steps > 1:
        return f" and still moves by more than {course.points:g} points at the last {course.line}"
    if course.calm < course.leads:  # two classes stay close together, one overtakes the other
        return f", though nothing moves by {course.points:g} points after {_at(course.calm, course)}"
    joint = ", hardly moves after" if course.calm > course.leads else " and hardly moves after"
    where = "it" if course.calm == course.leads else _at(course.calm, course)
    return f"{joint} {where} (less than {course.points:g} points)"


def say_course(course: Course, classes: Sequence[str]) -> str:
    """One sentence of Markdown: where the reading begins, when the answer leads, when it rests, what was unread.

    Args:
        course: of the answer.
        classes: ids, in the order of the probabilities.
    """
    names = [shown(name, 60) for name in name_classes(classes)]
    joint = ", it" if course.is_prefix else ";"
    return f"{_start(course)}{joint} {_lean(course, names)}{_rest(course)}{_left(course)}."
