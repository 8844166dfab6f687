"""A network run step by step by the written-out equations of its recurrent modules, with changes made on the way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from medrnn.brief import Brief
from medrnn.errors import ReadingError
from medrnn.explanation.interventions import masked
from medrnn.explanation.interventions.edits import Edits, band_places, blank_image, edit_input
from medrnn.explanation.interventions.kinds import Intervention, check_interventions
from medrnn.explanation.interventions.written import run_layers, to_trace, write_out
from medrnn.explanation.own_copy import own_copy
from medrnn.explanation.tracing.trace import BatchTrace
from medrnn.models.classifier import Classifier, RecurrentClassifier
from medrnn.models.devices import exact_float32, memory_guard
from medrnn.models.tensors import to_tensor
from medrnn.types import Trace


@dataclass(frozen=True, eq=False, repr=False)
class EditedRun(Brief):
    """What a network did while it was changed.

    Attributes:
        interventions: what was done, in order.
        logits: (batch, class) float64, after the whole image.
        prefix_logits: (batch, step, class) float64, had the image ended after that step (``Classifier.prefix_logits``);
            None if not asked for, and of a convolutional network. Until the first step is read, the answer is that of
            an empty memory.
        order: (step,) int64: which step of the given sequence is read at each step.
        read: (step,) bool, False where a step was skipped.
        traces: of a single image, by the module's name: arrays (line, step, unit); empty else. ``input`` is what was
            read. Where a step was skipped gates are NaN and ``h`` and ``C`` stay as they were. ``error`` is NaN: no
            fused run can be changed on the way.
    """

    interventions: tuple[Intervention, ...]
    logits: np.ndarray
    prefix_logits: np.ndarray | None
    order: np.ndarray
    read: np.ndarray
    traces: Mapping[str, BatchTrace] = field(default_factory=dict)

    @property
    def trace(self) -> Trace | None:
        """Of a network over one sequence its one trace, of a single image; else None, see ``traces``."""
        return self.traces["rnn"].one(0) if "rnn" in self.traces else None

    @property
    def probabilities(self) -> np.ndarray:
        """(batch, class) float64, each row sums to 1."""
        return _softmax(self.logits)

    @property
    def steps(self) -> np.ndarray | None:
        """(batch, step, class) float64: the answer had the image ended after that step."""
        return None if self.prefix_logits is None else _softmax(self.prefix_logits)


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    shares: np.ndarray = powers / powers.sum(-1, keepdims=True)
    return shares


def _to_input(model: Classifier, sequences: np.ndarray | Tensor) -> Tensor:
    """(batch, step, feature) where the model is and in its float type.

    Raises:
        ReadingError: another shape, or a value is not finite.
    """
    x, features = to_tensor(sequences), model.config.features
    x = x[None] if x.ndim == 2 else x
    is_free = model.config.core == "stack" and model.config.encoder != "stem"
    steps = "step" if is_free else model.reading.steps
    is_right = x.ndim == 3 and x.numel() and x.shape[-1] == features
    if not is_right or not (is_free or x.shape[1] == steps):
        raise ReadingError(
            f"Expected ({steps}, {features}) or (batch, {steps}, {features}) with at least one step, "
            f"got {tuple(to_tensor(sequences).shape)}."
        )
    if not torch.isfinite(x).all():
        raise ReadingError(
            "Expected finite values, got NaN or infinity. Replace them, or read another image."
        )
    return x.detach().to(model.head.weight)


def _prefixes_both(model: RecurrentClassifier, x: Tensor, read: Tensor, edits: Edits) -> Tensor:
    """Every prefix of a network that looks both ways: the prefixes of a sequence are the rows of one batch."""
    steps = x.shape[1]
    prefix = torch.ones(steps, steps, dtype=torch.bool, device=x.device).tril()
    logits = []
    for one, mask in zip(x, read, strict=True):
        some = prefix & mask
        outputs, _ = run_layers(model.rnn, one.expand(steps, -1, -1), some, edits, is_traced=False)
        logits.append(masked.answer(model, outputs, some))
    return torch.stack(logits)


@dataclass(frozen=True, eq=False)
class _Run:
    """What came of a run: logits (batch, class), those of the prefixes, ``order``, ``read`` and ``traces``."""

    logits: Tensor
    prefixes: Tensor | None
    order: np.ndarray
    read: np.ndarray
    traces: Mapping[str, BatchTrace]


def _run_sequence(model: RecurrentClassifier, x: Tensor, edits: Edits, *, prefixes: bool) -> _Run:
    """A network over one sequence: its steps can be left out and come in another order.

    Where a step is encoded by itself it is the same whether it is moved before or after that.
    """
    if model.config.encoder == "stem":
        x = blank_image(x, edits, model.reading, band_places(model.config, model.reading))
        read_by, order, read = edit_input(model.encode(x), [one for one in edits if one.kind != "blank"])
    else:
        x, order, read = edit_input(x, edits, model.reading.planes)
        read_by = model.encode(x)
    mask, steps = torch.from_numpy(read).to(x.device).expand(read_by.shape[:2]), None
    some = [one for one in edits if one.acts_on("rnn")]
    outputs, arrays = run_layers(model.rnn, read_by, mask, some, is_traced=len(x) == 1)
    if prefixes and model.config.is_bidirectional:
        steps = _prefixes_both(model, read_by, mask, some)
    elif prefixes:
        steps = masked.answer_prefixes(model, outputs, mask)
    traces = {"rnn": to_trace(arrays, read_by)} if arrays else {}
    return _Run(masked.answer(model, outputs, mask), steps, order, read, traces)


def _run_map(model: Classifier, x: Tensor, edits: Edits, *, prefixes: bool) -> _Run:
    """Every other network: it runs as it is, with the equations in the place of its recurrent modules."""
    places = band_places(model.config, model.reading)
    x = blank_image(x, edits, model.reading, places)
    written = write_out(model, edits, is_traced=len(x) == 1)
    logits, steps = model(x), model.prefix_logits(x) if prefixes else None
    traces = {name: one.trace() for name, one in written.items() if one.arrays}
    return _Run(logits, steps, np.arange(places.steps), np.ones(places.steps, bool), traces)


def _steps(model: Classifier, x: Tensor) -> int:
    """How many steps "skip", "shuffle" and "blank" may name."""
    if model.config.core == "stack" and model.config.encoder != "stem":
        return x.shape[1]
    return band_places(model.config, model.reading).steps


def run_edited(
    model: Classifier,
    sequences: np.ndarray | Tensor,
    interventions: Iterable[Intervention] = (),
    *,
    prefixes: bool = True,
) -> EditedRun:
    """Run a network by the equations of ``medrnn.models.cells`` and change it on the way.

    Order: the image is blanked and shuffled; then at each step of each module, layer and direction memory is reset, the
    step is taken with the gates that are held, and the memory that it leaves is silenced, frozen or held, each in the
    order given. Nothing happens at a step that is skipped. Everything before and behind the recurrent modules runs as
    the network has it. Dropout is off. The model is not touched: a copy is run that shares its weights.

    Which steps are meant: of memory those of the module itself. "skip" and "shuffle" those that a network over one
    sequence reads. "blank" the steps of the answer; behind a stem, in streams and in sweeps they are bands of the
    image, as many pixels as a place of the map stands for, and come before anything else. A convolutional network only
    takes "blank", of the rows of its map.

    Args:
        model: any of ``NETWORKS``, on the device and in the float type that is to run.
        sequences: (step, feature) or (batch, step, feature).
        interventions: what to do; with none the run equals the fused one.
        prefixes: also answer after every step; free where the network only looks back, else more runs.

    Raises:
        ConfigError: an intervention does not fit the model or the sequence.
        ReadingError: another number of features, or a value is not finite.
        DeviceError: the GPU's memory ran out.
    """
    with torch.no_grad(), memory_guard(), exact_float32():
        x, own = _to_input(model, sequences), own_copy(model)
        edits = check_interventions(interventions, model.config, _steps(model, x), model.reading)
        if isinstance(own, RecurrentClassifier):
            found = _run_sequence(own, x, edits, prefixes=prefixes)
        else:
            found = _run_map(own, x, edits, prefixes=prefixes)
    return EditedRun(
        interventions=edits,
        logits=found.logits.double().cpu().numpy(),
        prefix_logits=None if found.prefixes is None else found.prefixes.double().cpu().numpy(),
        order=found.order,
        read=found.read,
        traces=found.traces,
    )
