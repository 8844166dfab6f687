"""All evidence about one map in one call."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from medrnn.brief import Brief
from medrnn.config import ReadingConfig
from medrnn.errors import ConfigError
from medrnn.explanation.attribution.asking import check_module, check_seed
from medrnn.explanation.attribution.baselines import IMAGE
from medrnn.explanation.attribution.explain import Baseline
from medrnn.explanation.attribution.methods import METHODS, check_right, find_method, methods_for
from medrnn.explanation.evidence.agreement import Agreement, agree
from medrnn.explanation.evidence.curves import Curve, curve
from medrnn.explanation.evidence.localise import Localisation, localise
from medrnn.explanation.evidence.randomise import Randomisation, randomise
from medrnn.explanation.evidence.repeat import Repeatability, over_models, over_seeds
from medrnn.explanation.evidence.robustness import Robustness, robustness
from medrnn.explanation.evidence.subject import (
    Subject,
    Tell,
    method_maker,
    nothing,
    passes_of,
    subject_of,
    to_picture,
)
from medrnn.explanation.evidence.time_bias import TimeBias, time_bias
from medrnn.explanation.evidence.verdict import Verdict, judge

CHEAP = 300  # passes at most, of a method that is made only to be compared


@dataclass(frozen=True, eq=False, repr=False)
class Evidence(Brief):
    """What is known about one map; None of what was not asked for or does not apply.

    Attributes:
        method: a key of ``METHODS``.
        target: index of the class.
        baseline: a key of ``BASELINES``, "image" of another image.
        seed: of everything that was drawn.
        completeness: relative gap of the sum; None where the method promises none.
        deletion, insertion, road: curves.
        robustness: infidelity and sensitivity.
        randomisation: with weights drawn anew.
        seeds: the map under further seeds; None of a method that draws nothing.
        models: the map of models trained alike.
        time: which steps win on shuffled images; None of a network without recurrence.
        localisation: against a mask.
        agreement: with the maps of other methods; the first is the map itself.
        methods: whose maps these are, keys of ``METHODS``.
    """

    method: str
    target: int
    baseline: str
    seed: int
    completeness: float | None = None
    deletion: Curve | None = None
    insertion: Curve | None = None
    road: Curve | None = None
    robustness: Robustness | None = None
    randomisation: Randomisation | None = None
    seeds: Repeatability | None = None
    models: Repeatability | None = None
    time: TimeBias | None = None
    localisation: Localisation | None = None
    agreement: Agreement | None = None
    methods: tuple[str, ...] = ()

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """One for every kind of evidence that there is, in the order of ``THRESHOLDS``."""
        found: dict[str, float | None] = {}
        if self.randomisation:
            found["randomisation"] = self.randomisation.whole
        found |= {one.kind: one.verdict for one in (self.deletion, self.insertion, self.road) if one}
        if self.completeness is not None:
            found["completeness"] = self.completeness
        if self.robustness:
            if METHODS[self.method].is_signed:
                found["infidelity"] = self.robustness.infidelity
            found["sensitivity"] = self.robustness.sensitivity
        found |= {one.over: one.mean for one in (self.seeds, self.models) if one}
        if self.time:
            found["time"] = max(self.time.late, self.time.early)
        if self.localisation:
            found["localisation"] = self.localisation.beyond
        return tuple(judge(name, value) for name, value in found.items())


def cheap_methods(module: nn.Module, method: str, steps: int, size: tuple[int, int]) -> tuple[str, ...]:
    """Other methods that are right for a network, need no other images and cost at most ``CHEAP`` passes.

    Args:
        module: the network.
        method: which is left out.
        steps: of a sequence.
        size: (rows, columns) of the picture that they make.
    """
    pixels = size[0] * size[1] // steps
    return tuple(
        name
        for name in methods_for(module)
        if name != method and passes_of(name, steps, pixels, size) <= CHEAP
    )


def comparable_methods(subject: Subject, method: str) -> tuple[str, ...]:
    """``cheap_methods`` for the network and the image of a subject."""
    rows, columns, _ = to_picture(subject.x, subject.reading).shape
    return cheap_methods(subject.module, method, len(subject.x), (rows, columns))


def method_agreement(
    subject: Subject, values: np.ndarray, methods: Sequence[str], baseline: Baseline, tell: Tell = nothing
) -> Agreement:
    """The map beside those of other methods, which is the first of ``Agreement``'s.

    Args:
        subject: the network, the image, the class and the seed.
        values: the map (row, column).
        methods: keys of ``METHODS``, of the others.
        baseline: a key of ``BASELINES``.
        tell: called with the share done.
    """
    maps = [values]
    for k, name in enumerate(methods, 1):
        make = method_maker(name, subject.target, baseline=baseline, reading=subject.reading)
        maps.append(make(subject.module, subject.x, subject.seed))
        tell(k / len(methods))
    return agree(maps)


def for_infidelity(values: np.ndarray, subject: Subject, *, is_of_steps: bool) -> np.ndarray:
    """A map whose sum over pixels is in logits: the value of a whole step is shared out over its pixels."""
    if not is_of_steps:
        return values
    rows, columns, _ = to_picture(subject.x, subject.reading).shape
    steps = len(subject.x)
    return values / (rows * columns / steps)


def gather(
    module: nn.Module,
    sequence: np.ndarray | Tensor,
    *,
    method: str,
    target: int | None = None,
    baseline: Baseline = "black",
    reading: ReadingConfig | None = None,
    seed: int = 0,
    mask: np.ndarray | None = None,
    others: Sequence[nn.Module] = (),
    values: np.ndarray | None = None,
    completeness: float | None = None,
    images: Tensor | None = None,
    is_recurrent: bool = True,
    tell: Tell = nothing,
) -> Evidence:
    """All evidence about one map.

    Args:
        module: maps (batch, step, feature) to logits (batch, class); given back as found.
        sequence: (step, feature), in [0, 1].
        method: a key of ``METHODS``.
        target: index of the class, by default the answer.
        baseline: a key of ``BASELINES`` or another image (step, feature); what is taken away becomes this too.
        reading: how the steps lie in the image; rows from the top where not given.
        seed: of everything that is drawn.
        mask: (row, column) in the grid of the map, not 0 where something is known to lie.
        others: networks of the same recipe (``catalog.load_seeds``), given back as found.
        values: the map (row, column) under this seed, where it was made already.
        completeness: its relative gap (``Attribution.completeness_error``).
        images: (image, step, feature) other images of the data, for methods that need or take them.
        is_recurrent: False of a network without steps, which has no time bias.
        tell: called with the share done, 0 to 1; what it raises ends the work.

    Raises:
        ConfigError: method, baseline or seed is none, the map is not finite, or map or mask is of another size.
    """
    find_method(method)
    check_module(module)
    check_right(method, module)
    seed = check_seed(seed)
    subject = subject_of(
        module,
        sequence,
        method=method,
        target=target,
        baseline=baseline,
        reading=reading,
        seed=seed,
        images=images,
    )
    made = _check_map(subject.values() if values is None else values, subject)
    how, beside = (METHODS[method], comparable_methods(subject, method))
    foretelling = for_infidelity(made, subject, is_of_steps=how.is_of_steps)
    parts: dict[str, tuple[float, Callable[[Tell], object]]] = {  # its share of the work, and the work
        "deletion": (2, lambda t: curve("deletion", subject, made, tell=t)),
        "insertion": (2, lambda t: curve("insertion", subject, made, tell=t)),
        "road": (4, lambda t: curve("road", subject, made, tell=t)),
        "robustness": (11, lambda t: robustness(subject, foretelling, is_signed=how.is_signed, tell=t)),
        "randomisation": (12, lambda t: randomise(subject, made, tell=t)),
    }
    if how.is_random:
        parts["seeds"] = (2, lambda t: over_seeds(subject, made, tell=t))
    if others:
        parts["models"] = (len(others), lambda t: over_models(subject, made, others, tell=t))
    if is_recurrent:
        parts["time"] = (6, lambda t: time_bias(subject, made, tell=t))
    if mask is not None:
        parts["localisation"] = (0.1, lambda t: localise(made, mask))
    if beside:
        parts["agreement"] = (len(beside), lambda t: method_agreement(subject, made, beside, baseline, t))
    found = _run(parts, tell)
    methods = (method, *beside) if beside else ()
    name = baseline if isinstance(baseline, str) else IMAGE
    return Evidence(method, subject.target, name, seed, completeness, methods=methods, **found)  # type: ignore[arg-type]


def _check_map(values: np.ndarray, subject: Subject) -> np.ndarray:
    """A map that can be tested.

    Raises:
        ConfigError: it is of another size, or not finite.
    """
    found = np.asarray(values)
    shape = tuple(to_picture(subject.x, subject.reading).shape[:2])
    if found.shape != shape:
        raise ConfigError(f"values: expected a map of {shape} (row, column), got {found.shape}.")
    if found.dtype.kind not in "fiu" or not np.isfinite(found).all():
        raise ConfigError(
            "values: expected a map of finite numbers, got NaN, inf or no numbers. Look for them in image and weights."
        )
    return found


def _run(parts: dict[str, tuple[float, Callable[[Tell], object]]], tell: Tell) -> dict[str, object]:
    """Every part in turn, its progress within the whole."""
    whole, before, found = sum(share for share, _ in parts.values()), 0.0, {}
    for name, (share, work) in parts.items():
        start = before

        def told(done: float, start: float = start, share: float = share) -> None:
            tell(min(1.0, (start + share * done) / whole))

        found[name] = work(told)
        before += share
        tell(before / whole)
    return found
