"""One typed session object: the studies, the choices, what must survive a change of page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from medrnn import sequences
from medrnn.config import ReadingConfig
from medrnn.imaging.reslice import first_frame
from medrnn.types import Mask, Study
from medrnn.ui.study.naming import Opened, labels

if TYPE_CHECKING:
    from medrnn.config import TrainConfig
    from medrnn.errors import ImageError
    from medrnn.explanation.interventions.kinds import Intervention
    from medrnn.imaging.deidentify.release import Packed
    from medrnn.ui.address import Arrival
    from medrnn.ui.after.chosen import Chosen
    from medrnn.ui.attribution.proofs import Proofs
    from medrnn.ui.compare.own_batch import OwnBatch
    from medrnn.ui.components.choice import Choice
    from medrnn.ui.components.cuts.cuts import Place
    from medrnn.ui.data.brought import Brought, Gathering, Looked
    from medrnn.ui.runs.by_hand import ByHand
    from medrnn.ui.study.decoding import Decoded
    from medrnn.ui.study.masks import Panel

KEY = "medrnn_session"
MAX_STUDIES = 12
MAX_BYTES = 1 << 30  # decoded pixels a visitor may hold at once
FIRST_MODEL = "pneumonia-lstm-forward"

Value = TypeVar("Value")


@dataclass
class Session:
    """What one visitor has opened and chosen. Nothing here is shared with anybody else.

    Attributes:
        studies: by content key, oldest first.
        samples: content key to sample id, for the address of the page.
        opened: how each came in, by content key.
        opens: how many times a study was opened or chosen on the page Open.
        gone: what had to leave for newer ones, as it was called, until the next is opened.
        lost: how many images of the visitor's own ended with a session before, as the address says.
        current: content key of the study in view.
        frames, crops: the chosen frame and crop box by content key.
        masks, dragged: the mask of a study and the region that was last dragged over it, by content key.
        from_colour: content keys whose colour may be turned to grey.
        model: the model that Memory and Map show.
        suggested: the model that was taken for the visitor; where ``model`` is another one, it was chosen.
        compared: the models whose answers Read shows beside it.
        columns: the models that stand beside each other on Compare; None before a choice.
        mode: what Compare compares.
        rows: which rows stand below the images there; empty for the first ones.
        second: the image that stands beside the one in view: its content key, or "sample/" and an id.
        strength: of the small changes there, a key of ``perturb.STRENGTHS``.
        data: the data set of which models are compared there, by its name; on_set: these models, by id.
        specificity, target_class: at which, in percent, the sensitivity is told there; of which class ROC curves are.
        cost: against what accuracy is drawn there, a key of ``plots.sets.COSTS``.
        listed, sorted_by: which of its images are listed, and in which order.
        from_sets: of studies that are test images of a shipped set the label, by content key.
        on_data: the data set that the page Data shows, by its name; own_sets: names of those that the visitor brought.
        brought: the files of the last of them and how a set is made of them, as long as the session lasts.
        no_set: why the last files made no set, a sentence.
        gathering: what was read so far of files that are being brought.
        trained_on: sets of the visitor's own that were taken to Train or learnt from by hand; no change of a choice
            takes them away, nor those that a run's folder names (``runs.uses``).
        wall: how often other pictures of it were asked for.
        looked_at: the image of a set that was pressed there.
        own_batch: images of the visitor's own that several models answered at once; own_models: these models.
        reading: what Read shows; the model's own unless another was chosen.
        taken: the model that came with a chosen reading, "" once another was chosen.
        device: "cpu", "cuda:0", ... or "" for the best one.
        layer, direction: what Memory shows; layers count from 0.
        module: which recurrent module of the network it shows, "" for the one that tells most.
        line: of a module that sweeps a map, which row or column of it, counted from 0; None for the middle one.
        maps: the methods whose maps stand on Map; target, baseline: of them; target "" is the model's answer.
        map_step: whose answer they explain, -1 for the one at the end; map_seed: of what they draw;
            towards: by what a step is replaced that would turn the answer.
        proofs: the evidence about maps; proved: the method of the one in view.
        method: of the maps on Compare.
        step: the step at which the player came to rest, counted from 0.
        ordering: in which order the units of heat maps stand, a key of ``ORDERINGS``.
        unit: the unit looked at, None before a choice.
        span: the selected steps as (first, one after the last), counted from 0.
        units, units_of: the units that were selected with them, and their layer and direction in words; none for all.
        closer: which view of the laboratory is open.
        edits: the interventions of the view "What if", in order.
        lesson: the lesson in view, "" for the list of all.
        after: what was chosen in the figures of each model, by its id.
        knobs: what was chosen in the lessons, by (lesson, knob); learnt: the answer to each lesson's question.
        recipe: with which the form of Train begins; learn_from: the data set there, "" for the recipe's own.
        form: what stands in its fields, by their keys; forms: how often they were set back.
        draft: the settings of a run that are to be changed and run again; begun: those of the run begun last.
        grid: the cross-validation that was last looked at.
        by_hand: a run that goes on by one batch a press.
        run: the training run that was last looked at; refused: why the last press on one was, until it is said.
        held: ids of the private runs that the visitor started, or came to by their address.
        adoptions: how many weights of others became models.
        uploads, exports: how many batches of files were taken from the uploaders.
        size: "large" for the presentation size, else "".
        tours: how often the visitor asked for the guided tour.
        is_drawn_large: whether the browser has drawn it so.
        errors: what went wrong with the last files, one sentence each.
        shown: the study and the model of the run before; another one takes the old choices away.
        pages: the pages in their groups, looked for on the disk once a visitor.
        arrival: how the visitor came to the page in view (``address``).
        choices: what was chosen last in pictures that share a step (``components.choice``).
        is_cut: whether the cuts of a series stand below what has steps.
        near: round which frame the viewer of a key has frames, with the study; places: of the crosshair in its cuts.
        agreed: what long work the visitor asked for, by its name.
        is_in: whether the visitor was let in (``serving.door``).
        decoded: what was made of the files in an uploader, by its key (``study.decoding``).
        cancelled: how many files of the last upload were dropped by a press of Cancel, None where none was.
        mask_panel: of the masks below the viewer (``study.masks``).
        salt, exported, beside: of the de-identified copies (``study.deidentifying``).
    """

    studies: dict[str, Study] = field(default_factory=dict)
    samples: dict[str, str] = field(default_factory=dict)
    opened: dict[str, Opened] = field(default_factory=dict)
    opens: int = 0
    gone: list[str] = field(default_factory=list)
    lost: int = 0
    current: str = ""
    frames: dict[str, int] = field(default_factory=dict)
    crops: dict[str, sequences.Crop] = field(default_factory=dict)
    masks: dict[str, Mask] = field(default_factory=dict)
    dragged: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    from_colour: set[str] = field(default_factory=set)
    model: str = FIRST_MODEL
    suggested: str = FIRST_MODEL
    compared: list[str] = field(default_factory=list)
    columns: list[str] | None = None
    mode: str = ""
    rows: tuple[str, ...] = ()
    second: str = ""
    strength: str = "small"
    data: str = ""
    on_set: list[str] = field(default_factory=list)
    specificity: int = 90
    target_class: str = ""
    cost: str = "parameters"
    listed: str = "all"
    sorted_by: str = "number"
    from_sets: dict[str, str] = field(default_factory=dict)
    on_data: str = ""
    own_sets: list[str] = field(default_factory=list)
    brought: "Brought | None" = None
    no_set: str = ""
    gathering: "Gathering | None" = None
    trained_on: set[str] = field(default_factory=set)
    wall: int = 0
    looked_at: "Looked | None" = None
    own_batch: "OwnBatch | None" = None
    own_models: list[str] = field(default_factory=list)
    reading: ReadingConfig | None = None
    taken: str = ""
    device: str = ""
    layer: int = 0
    direction: str = "forward"
    module: str = ""
    line: int | None = None
    maps: list[str] = field(default_factory=lambda: ["integrated-gradients"])
    map_step: int = -1
    map_seed: int = 0
    towards: str = ""
    proofs: "Proofs | None" = None
    proved: str = ""
    method: str = "integrated-gradients"
    target: str = ""
    baseline: str = "black"
    step: int | None = None
    unit: int | None = None
    ordering: str = "cluster"
    span: tuple[int, int] | None = None
    units: tuple[int, ...] = ()
    units_of: str = ""
    closer: str = ""
    edits: tuple["Intervention", ...] = ()
    after: "dict[str, Chosen]" = field(default_factory=dict)
    lesson: str = ""
    knobs: dict[tuple[str, str], str | int | float] = field(default_factory=dict)
    learnt: dict[str, int] = field(default_factory=dict)
    recipe: str = ""
    learn_from: str = ""
    form: dict[str, Any] = field(default_factory=dict)
    forms: int = 0
    draft: "TrainConfig | None" = None
    begun: "TrainConfig | None" = None
    grid: str = ""
    by_hand: "ByHand | None" = None
    run: str = ""
    refused: str = ""
    held: set[str] = field(default_factory=set)
    adoptions: int = 0
    uploads: int = 0
    exports: int = 0
    size: str = ""
    tours: int = 0
    is_drawn_large: bool = False
    errors: list[str] = field(default_factory=list)
    shown: tuple[str, str] = ("", "")
    pages: "dict[str, list[st.Page]]" = field(default_factory=dict)
    arrival: "Arrival | None" = None
    choices: "dict[str, Choice]" = field(default_factory=dict)
    is_cut: bool = True
    near: dict[str, tuple[str, int]] = field(default_factory=dict)
    places: "dict[str, tuple[str, Place]]" = field(default_factory=dict)
    agreed: dict[str, str] = field(default_factory=dict)
    is_in: bool = False
    decoded: "dict[str, Decoded]" = field(default_factory=dict)
    cancelled: int | None = None
    mask_panel: "Panel | None" = None
    salt: str = ""
    exported: "Packed | ImageError | str | None" = None
    beside: str = ""

    @property
    def study(self) -> Study | None:
        """The study in view."""
        return self.studies.get(self.current)

    @property
    def frame(self) -> int:
        """The frame in view, counted from 0."""
        return self.frames.get(self.current, 0)

    @property
    def crop(self) -> sequences.Crop | None:
        """The crop box of the study in view, None for the centred square."""
        return self.crops.get(self.current)

    @property
    def own(self) -> int:
        """How many studies are the visitor's own."""
        return len(self.studies.keys() - self.samples.keys() - self.from_sets.keys())

    @property
    def labels(self) -> dict[str, str]:
        """How each study is called, by content key."""
        return labels(self.studies, self.opened)

    def add(self, study: Study, sample: str = "", opened: Opened | None = None) -> None:
        """Take a study in and show it; the oldest go when there are too many or they are too large, see ``gone``."""
        self.studies.pop(study.key, None)
        self.studies[study.key] = study
        self.opened[study.key] = opened or Opened()
        self.frames.setdefault(study.key, first_frame(study))
        if sample:
            self.samples[study.key] = sample
        while len(self.studies) > MAX_STUDIES or sum(s.nbytes for s in self.studies.values()) > MAX_BYTES:
            if len(self.studies) == 1:
                break
            oldest = next(iter(self.studies))
            self.gone.append(self.labels[oldest])
            self.forget(oldest)
        self.current, self.step, self.lost = study.key, None, 0

    def use_model(self, model_id: str) -> None:
        """Choose a model, and its reading with it."""
        self.model, self.reading, self.taken, self.suggested = model_id, None, "", ""

    def hold(self, run_id: str) -> None:
        """Look at a run, and see it from now on where it is private."""
        self.run = run_id
        self.held.add(run_id)

    def forget(self, key: str) -> None:
        """Let a study go with everything chosen for it."""
        for table in (
            self.studies,
            self.samples,
            self.opened,
            self.frames,
            self.crops,
            self.masks,
            self.dragged,
            self.from_sets,
        ):
            table.pop(key, None)
        self.from_colour.discard(key)
        if self.current == key:
            self.current = next(reversed(self.studies), "")

    def forget_all(self) -> None:
        """Let every study go, the images that were answered at once, and the files of a set."""
        self.own_batch = self.brought = self.gathering = None
        for key in list(self.studies):
            self.forget(key)


def session() -> Session:
    """The visitor's session, made on first use."""
    try:  # asked some eighty times a run: one look, not two
        found: Session = st.session_state[KEY]
    except KeyError:
        found = st.session_state[KEY] = Session()
    return found


def _keep(name: str, key: str) -> None:
    setattr(session(), name, st.session_state[key])


def bound(
    widget: Callable[..., object], label: str, options: Sequence[Value], name: str, **look: Any
) -> Value:
    """A widget of choices whose value is the session's field ``name``, on every page and after a change of page.

    Args:
        widget: ``st.selectbox``, ``st.segmented_control``, ...
        label: as the widget takes it.
        options: likewise, at least one; a value that is no option becomes the first one.
        name: a field of ``Session``.
        look: more arguments for the widget.

    Returns:
        The chosen option.
    """
    if getattr(session(), name) not in options:
        setattr(session(), name, options[0])
    key = f"medrnn__{name}"
    st.session_state[key] = getattr(session(), name)
    widget(label, options, key=key, on_change=_keep, args=[name, key], **look)
    chosen: Value = getattr(session(), name)
    return chosen
