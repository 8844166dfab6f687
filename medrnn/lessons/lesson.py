"""What a lesson is: one idea, something to touch, a question before the reveal."""

from dataclasses import dataclass

Value = str | int | float


@dataclass(frozen=True)
class Knob:
    """A control of a lesson that its link keeps.

    Attributes:
        name: kebab-case, as it stands in the link.
        title: what stands over it.
        options: every allowed value in display order; words are kebab-case.
        default: one of them.
        help: what it does and what to look for.
        words: what each option is called on screen; empty where they are shown as they are.
    """

    name: str
    title: str
    options: tuple[Value, ...]
    default: Value
    help: str
    words: tuple[str, ...] = ()

    def show(self, value: Value) -> str:
        """What an option is called on screen."""
        return self.words[self.options.index(value)] if self.words else write(value)


@dataclass(frozen=True)
class Question:
    """What is asked before anything is revealed.

    Attributes:
        text: the question, Markdown.
        choices: the answers offered.
        right: index of the right one.
        reveal: said after an answer, right or wrong.
    """

    text: str
    choices: tuple[str, ...]
    right: int
    reveal: str


@dataclass(frozen=True)
class Lesson:
    """One page of the course; the module that computes it and the one that draws it are called like its id.

    Attributes:
        id: kebab-case, as it stands in the link; ``-`` is ``_`` in the names of its modules.
        title: in a few words.
        idea: one sentence.
        minutes: that it takes.
        knobs: in display order.
        question: asked before the reveal.
        sources: papers and pages, one each, Markdown.
        is_aside: True for a page beside the twelve lessons, which has no number.
    """

    id: str
    title: str
    idea: str
    minutes: int
    knobs: tuple[Knob, ...]
    question: Question
    sources: tuple[str, ...] = ()
    is_aside: bool = False

    def knob(self, name: str) -> Knob:
        """The control of that name."""
        return next(knob for knob in self.knobs if knob.name == name)


def write(value: Value) -> str:
    """An option as it stands in a link."""
    return f"{value:g}" if isinstance(value, float) else str(value)
