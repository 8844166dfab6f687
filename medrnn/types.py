"""The frozen records that travel between the layers. No record ever holds a raw DICOM tag."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from medrnn.brief import Brief
from medrnn.config import ReadingConfig


@dataclass(frozen=True)
class Window:
    """Which values are drawn from black to white.

    Attributes:
        center, width: in the unit of the values; width > 0. Of a table the span of its inputs: with n entries and
            the first input f, f + (n - 1) / 2 and n; another span stretches it.
        source: "file" or "computed".
        function: "LINEAR", "LINEAR_EXACT", "SIGMOID" (PS3.3 C.11.2.1.2, C.11.2.1.3) or "LUT" (C.11.2.1.1).
        table: of a "LUT" the entries as little-endian uint16, 65535 for white; else empty.
    """

    center: float
    width: float
    source: str
    function: str = "LINEAR_EXACT"
    table: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        """Any buffer becomes bytes, so that windows can be compared and hashed."""
        object.__setattr__(self, "table", bytes(self.table))


@dataclass(frozen=True)
class Applied:
    """One thing that was done to an image, from its stored values to what a model reads; a fact without words.

    Attributes:
        name: what was done, such as "rescale" or "crop"; ``imaging.words`` says it in a sentence.
        parameters: (name, value), each a number or a short text of ours.
    """

    name: str
    parameters: tuple[tuple[str, float | str], ...] = ()

    def __getitem__(self, name: str) -> float | str:
        """The parameter of that name."""
        return dict(self.parameters)[name]


@dataclass(frozen=True, eq=False, repr=False)
class Plane(Brief):
    """One overlay plane of a study (PS3.3 C.9.2), without its words.

    Attributes:
        mask: (frame, row, column) bool of the study's size, True where the plane is drawn.
        kind: "G" for graphics, "R" for a region of interest.
    """

    mask: np.ndarray
    kind: str


@dataclass(frozen=True)
class Geometry:
    """Where the frames of a study lie in the patient, in DICOM's axes: x to the left, y to the back, z to the head.

    Attributes:
        position_mm: x, y, z of the centre of the first pixel of the first frame.
        orientation: direction in which columns are counted, then that of rows; unit vectors (PS3.3 C.7.6.2.1.1).
        slice_mm: distance of neighbouring frames along the normal, the usual one where it varies; None for one, and
            where two lie at one place.
        is_even: False where frames lie at unequal distances or twice at one place.
        shift_mm: how far frames lie sideways of the first one at most, as with a tilted gantry.
    """

    position_mm: tuple[float, float, float]
    orientation: tuple[float, float, float, float, float, float]
    slice_mm: float | None = None
    is_even: bool = True
    shift_mm: float = 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Study(Brief):
    """One decoded file or series: pixels in physical values, geometry in mm, how to show it, the safe tags only.

    Attributes:
        key: SHA-256 of the file's bytes, hexadecimal; of a series that of its files' sorted keys.
        kind: "DICOM", "PNG", "JPEG", "TIFF" or "NIfTI".
        stored: (frame, row, column) or (frame, row, column, 3), as decoded: padding included,
            YBR already RGB, palette indices as they are.
        values: the same shape after the modality transform (LUT or slope and intercept), before
            window and inversion; the same object as ``stored`` where there is none.
        unit: "HU" or None.
        colour: (frame, row, column, 3) where a palette was looked up, else None.
        padding: (frame, row, column) bool, True where the file marks padding, else None.
        window: the first window of the file, or a computed one.
        windows: (name, window) of every window and VOI LUT of a DICOM file, in its order; names are never its text.
        overlay_bits: (frame, row, column) uint8 or uint16: bit k is set where overlay plane k is drawn, else None.
        overlay_kinds: "G" or "R" of each plane.
        inverted: True for MONOCHROME1: the smallest value is white.
        spacing_mm: (row, column) distance of pixel centres, or None.
        aspect_ratio: height of a pixel in its widths as a file without spacing says it; see ``pixel_height``.
        photometric, transfer_syntax: as in a DICOM file, None for the others.
        tags: (name, value) of the technical tags on the white list.
        applied: what was done to the stored values, in order.
        warnings: what the user should know, a sentence each.
        sides: of the patient to which columns and rows are counted, such as ("L", "F"), where a film says them and no
            geometry does (PS3.3 C.7.6.1.1.1); ("", "") else.
        title: how a shipped sample is called; empty for an upload, which is called by what it is.
        geometry: where the frames lie in the patient, for a series and a NIfTI volume that say it.
    """

    key: str
    kind: str
    stored: np.ndarray
    values: np.ndarray
    window: Window
    unit: str | None = None
    colour: np.ndarray | None = None
    padding: np.ndarray | None = None
    inverted: bool = False
    spacing_mm: tuple[float, float] | None = None
    photometric: str | None = None
    transfer_syntax: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    applied: tuple[Applied, ...] = ()
    warnings: tuple[str, ...] = ()
    title: str = ""
    geometry: Geometry | None = None
    windows: tuple[tuple[str, Window], ...] = ()
    overlay_bits: np.ndarray | None = None
    overlay_kinds: tuple[str, ...] = ()
    sides: tuple[str, str] = ("", "")
    aspect_ratio: float = 1.0

    @property
    def pixel_height(self) -> float:
        """Height of a pixel in its widths: from the spacing, else the aspect ratio that the file says."""
        return self.spacing_mm[0] / self.spacing_mm[1] if self.spacing_mm else self.aspect_ratio

    @property
    def overlays(self) -> tuple[Plane, ...]:
        """The overlay planes, each mask unpacked when asked for."""
        if self.overlay_bits is None:
            return ()
        return tuple(Plane(self.overlay_bits >> k & 1 > 0, kind) for k, kind in enumerate(self.overlay_kinds))

    @property
    def frames(self) -> int:
        """Number of frames, at least 1."""
        return len(self.stored)

    @property
    def rows(self) -> int:
        """Height in pixels."""
        return int(self.stored.shape[1])

    @property
    def columns(self) -> int:
        """Width in pixels."""
        return int(self.stored.shape[2])

    @property
    def samples_per_pixel(self) -> int:
        """1 for grey and palette images, 3 for colour."""
        return 1 if self.stored.ndim == 3 else int(self.stored.shape[3])

    @property
    def is_colour(self) -> bool:
        """True where a pixel has three samples, by itself or through its palette."""
        return self.colour is not None or self.stored.ndim == 4

    @property
    def nbytes(self) -> int:
        """Bytes of all arrays held, each counted once."""
        arrays = (self.stored, self.values, self.colour, self.padding, self.overlay_bits)
        return sum({id(a): a.nbytes for a in arrays if a is not None}.values())

    @property
    def name(self) -> str:
        """What a page shows: the sample's title, else modality and body part, or the kind of file, and the size."""
        tags = dict(self.tags)
        what = [tags.get("Modality") or self.kind, tags.get("Body part", "").lower()]
        frames = f", {self.frames} frames" if self.frames > 1 else ""
        return self.title or f"{' '.join(filter(None, what))}, {self.rows} x {self.columns}{frames}"

    @property
    def sized_name(self) -> str:
        """The name, with the size said once."""
        return f"{self.title}, {self.rows} x {self.columns} pixels" if self.title else self.name


@dataclass(frozen=True)
class Source:
    """What an image says of itself beside its pixels.

    Attributes:
        modality: DICOM's code, such as "CR" (PS3.3 C.7.3.1.1.1); empty where the file says none.
        body_part: DICOM's term, such as "CHEST" (PS3.16 annex L); empty where the file says none.
        is_colour: True where the three channels differ; grey stored as RGB is grey.
    """

    modality: str = ""
    body_part: str = ""
    is_colour: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class Reading(Brief):
    """An image as a model reads it.

    Attributes:
        sequence: (step, feature) float32 in [0, 1]; row ``t`` is what the model reads at step ``t``.
        grid: (row, column) float32 in [0, 1]: the model's input as a small image, upright.
        boxes: (step, 4) float32: x, y, width, height of the place read at each step, in image pixels; of slices in
            those of their sheet.
        crop: x, y, width, height of the part of the image that was resized to ``grid``.
        config: how the image was turned into steps.
        study_key, frame: which image.
        warnings: what was done that the user should know.
        source: what the image says of itself.
        applied: everything that was done to the stored values, in order.
        frames: of slices the frame that each step reads, counted from 0, between two frames a fraction; else empty.
    """

    sequence: np.ndarray
    grid: np.ndarray
    boxes: np.ndarray
    crop: tuple[int, int, int, int]
    config: ReadingConfig
    study_key: str = ""
    frame: int = 0
    warnings: tuple[str, ...] = ()
    source: Source = Source()
    applied: tuple[Applied, ...] = ()
    frames: tuple[float, ...] = ()

    @property
    def canvas(self) -> tuple[int, int, int, int]:
        """x, y, width, height in which ``boxes`` lie: the crop, of slices their sheet."""
        return self.config.canvas(self.crop)

    @property
    def key(self) -> str:
        """Names what is read and how, so that results can be kept under it."""
        return f"{self.study_key}/{self.frame}/{self.crop}/{self.config}"


@dataclass(frozen=True)
class Novelty:
    """How unlike its training data an input is.

    Attributes:
        score: standard deviations beyond what is usual among the validation images (``models.novelty``), unit-free.
        threshold: the score that 0.5 % of the validation images exceed.
        share: of the validation images, those that are less unlike, from 0 to 1.
    """

    score: float
    threshold: float
    share: float

    @property
    def is_unlike(self) -> bool:
        """True above the threshold."""
        return self.score > self.threshold


@dataclass(frozen=True)
class Verdict:
    """Whether an image is of the kind that a model was trained on; made by ``models.verdict``.

    Attributes:
        name: "within" what the model knows, "unlike" its training data by the score, or of an "other-kind".
        contradictions: (fact, what came, what the card says), facts out of "modality", "body part", "colour",
            "scale", "size".
    """

    name: str
    contradictions: tuple[tuple[str, str, str], ...] = ()

    @property
    def is_within(self) -> bool:
        """True where the answer may be shown as an answer."""
        return self.name == "within"


@dataclass(frozen=True, eq=False, repr=False)
class Prediction(Brief):
    """The answer of one model to one reading.

    Attributes:
        model, digest: id of the model and SHA-256 of its weights.
        classes: names, in the order of the probabilities.
        probabilities: (class,), sums to 1.
        steps: (step, class): the answer to the prefix read so far (``Classifier.prefix_logits``); the last row is the
            answer. None of a convolutional network, which reads nothing step by step.
        places: where these steps lie in the crop; None likewise.
        seeds: (seed, class): the answers of the same recipe under every seed whose weights are there, the first
            ``probabilities`` itself; one row where there is one.
        device: "cpu" or "cuda:0", ...
        elapsed_ms: of the forward pass over the whole image, without the prefixes: the fastest of some warm runs.
        novelty: None where the model has no such score.
        verdict: whether the image is of the kind that the model was trained on.
        slices: of a series, an answer for each step: (step, class), each row sums to 1; None where there is none.
        weights: (step,) how much of it counts, sums to 1; None likewise.
        kept: the classes that cannot be excluded at 90 %, by index; None of a model that is not calibrated.
        scaled: (class,) the probabilities after the card's temperature; None where it is off or there is none.
    """

    model: str
    digest: str
    classes: tuple[str, ...]
    probabilities: np.ndarray
    steps: np.ndarray | None
    device: str
    elapsed_ms: float
    places: ReadingConfig | None = None
    seeds: np.ndarray | None = None
    novelty: Novelty | None = None
    verdict: Verdict = Verdict("within")
    slices: np.ndarray | None = None
    weights: np.ndarray | None = None
    kept: tuple[int, ...] | None = None
    scaled: np.ndarray | None = None

    @property
    def answer(self) -> int:
        """Index of the most probable class."""
        return int(self.probabilities.argmax())

    @property
    def seed_count(self) -> int:
        """Under how many seeds the recipe answered."""
        return 1 if self.seeds is None else len(self.seeds)

    def spread(self, k: int) -> tuple[float, float] | None:
        """The lowest and the highest probability of a class over the seeds; None where there is one seed."""
        if self.seeds is None or len(self.seeds) < 2:
            return None
        return float(self.seeds[:, k].min()), float(self.seeds[:, k].max())


@dataclass(frozen=True, eq=False, repr=False)
class Trace(Brief):
    """Every gate and state of a recurrent network while it read one sequence.

    Attributes:
        arrays: "layer0/forward/h" and so on, each (step, unit) float32; the index is the step in
            reading order for both directions. Which symbols a cell has stands in ``models.cells``.
            ``z`` is the usual update gate, ``h_t = (1 - z) h_{t-1} + z n`` (torch's own is 1 - z);
            ``n`` is torch's form, ``tanh(W_in x + b_in + r (W_hn h + b_hn))``.
        input: (step, feature) float32, what the network itself read.
        error: largest absolute difference between the recomputed states and the fused run; of a ReLU network the
            relative one. Steps that a mask left out are NaN in the gates and carry the last h and C.
        start: "layer0/forward/h" and so on, each (unit,) float32: the states before the first step; empty for zeros.
    """

    arrays: Mapping[str, np.ndarray]
    input: np.ndarray
    error: float
    start: Mapping[str, np.ndarray] = field(default_factory=dict)

    @property
    def layers(self) -> int:
        """Number of stacked layers."""
        return 1 + max(int(name.split("/")[0].removeprefix("layer")) for name in self.arrays)

    @property
    def directions(self) -> tuple[str, ...]:
        """("forward",) or ("forward", "backward")."""
        return tuple(dict.fromkeys(name.split("/")[1] for name in self.arrays))

    def part(self, layer: int, direction: str = "forward") -> dict[str, np.ndarray]:
        """The arrays of one layer and direction by their symbol."""
        prefix = f"layer{layer}/{direction}/"
        return {name.removeprefix(prefix): a for name, a in self.arrays.items() if name.startswith(prefix)}


@dataclass(frozen=True, eq=False, repr=False)
class Attribution(Brief):
    """How much each pixel of the model's input moved the score of one class.

    Attributes:
        values: (row, column) float32 in the model's input grid, upright; in units of the class's logit
            (integrated gradients, row occlusion) or of logit per unit of intensity (saliency).
        method, target, baseline: what was asked; ``baseline`` is "" where the method has none, or took others instead.
        is_signed: False where values are magnitudes.
        completeness_error: ``|sum(values) - (logit(x) - logit(baseline))| / |logit(x) - logit(baseline)|``,
            or None where the method promises no such sum.
        model, digest: which model.
        seed: of everything that was drawn, the method's or the baseline's; None where nothing was.
        step: the answer after this step was asked for, counted from 0; None for the whole image's.
        samples: how many the method drew: copies with noise, sets of superpixels, other images for a step; 0 for none.
        others: so many other images could be drawn from; 0 where none were.
    """

    values: np.ndarray
    method: str
    target: str
    baseline: str
    is_signed: bool
    completeness_error: float | None
    model: str = ""
    digest: str = ""
    seed: int | None = None
    step: int | None = None
    samples: int = 0
    others: int = 0


@dataclass(frozen=True)
class RunEvent:
    """One thing that happened in a training run.

    Attributes:
        kind: "waiting", "started", "step", "epoch", "stopped", "finished", "failed", ...: see ``training.runs.events``.
        data: numbers and short strings only, written as one JSON line.
    """

    kind: str
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, repr=False)
class Mask(Brief):
    """Which pixels of a study belong to which label.

    Attributes:
        study_key: content key of the study on whose grid it lies.
        labels: (frame, row, column) uint8 of the study's size; 0 is nothing.
        names: of label 1, 2, ...; never text of a file.
        source: "DICOM SEG", "NIfTI", "PNG", "TIFF", "drawn" or "outlined" (by those who made a data set).
        warnings: what the user should know, a sentence each.
    """

    study_key: str
    labels: np.ndarray
    names: tuple[str, ...]
    source: str
    warnings: tuple[str, ...] = ()

    @property
    def present(self) -> tuple[int, ...]:
        """The labels that at least one pixel has, without 0."""
        counts = sum(np.bincount(frame.ravel(), minlength=256) for frame in self.labels)
        return tuple(int(label) for label in np.flatnonzero(counts) if label)
