"""Commands about models and data sets: the catalogue, training, figures, indices of states."""

import argparse
import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medrnn.commands.common import data_of, show
from medrnn.disk import make_folder
from medrnn.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from medrnn.config import TrainConfig
    from medrnn.datasets import Dataset
    from medrnn.training.grid import Row
    from medrnn.types import RunEvent

SIMPLE = ("majority", "logistic_regression", "brightness")  # ways whose figures stand beside the network's


def models(args: argparse.Namespace) -> int:
    """The catalogue, or the layers of one network."""
    from medrnn.models.catalog import find_card, list_cards

    if args.network:
        return _layers(find_card(args.network).config, args.json)
    for card in list_cards().values():
        show(
            {
                "id": card.id,
                "cell": card.config.model.cell,
                "reading": card.config.reading.to_dict(),
                "data": card.data["name"],
                "classes": list(card.classes),
                "parameters": card.parameters,
                "metrics": card.metrics,
            },
            args.json,
        )
    return 0


def _layers(config: "TrainConfig", as_json: bool) -> int:
    """A network layer by layer: facts for programs, words for people."""
    from medrnn.models.describe import describe_network, field_words, shape_words

    for layer in describe_network(config.model, config.reading):
        facts = asdict(layer) | {"flops": layer.flops}
        if as_json:
            show(facts, as_json)
            continue
        where = layer.name + (f" [{layer.number}]" if layer.number else "")
        print(
            f"{layer.kind:<12} {where:<18} {shape_words(layer):<16} {layer.parameters:>9,} parameters"
            f" {layer.multiply_adds:>12,} multiply-adds   sees {field_words(layer, config.reading)}"
        )
    return 0


def _progress(event: "RunEvent") -> None:
    numbers = " ".join(
        f"{k}={v:.4g}" if isinstance(v, float) else f"{k}={v}"
        for k, v in event.data.items()
        if not isinstance(v, dict | list)  # pages draw those
    )
    print(f"{event.kind}: {numbers}", file=sys.stderr, flush=True)


def train(args: argparse.Namespace) -> int:
    """A training run in a folder of its own; the last line is the result."""
    from medrnn.training.presets import ALL
    from medrnn.training.runs.begin import require_clean
    from medrnn.training.runs.openmp import sleep_while_waiting

    if args.list:
        show({name: config.to_dict() for name, config in ALL.items()}, args.json)
        return 0
    if args.resume:
        return _resume(args)
    if args.grid or args.folds:
        return _grid(args)
    if not args.out or (args.preset and args.config) or not (args.preset or args.config or args.data):
        raise ConfigError(
            "train: expected --out DIR and one of --preset NAME, --config FILE, --data DATA (or --resume DIR, --list)"
        )
    if args.preset and args.preset not in ALL:
        raise ConfigError(f"train: expected a preset out of {', '.join(ALL)}, got {args.preset!r}")
    require_clean(Path(args.out))  # before torch is imported
    sleep_while_waiting()
    from medrnn.models.devices import find_device
    from medrnn.training.run import train as run
    from medrnn.training.seeds import train_seeds
    from medrnn.training.threads import set_threads

    find_device(args.device)  # before a folder is made
    config, data = _settings(args)
    command, threads = _command(args, config), _threads(args)
    if args.seeds:
        set_threads(threads)
        events = train_seeds(config, args.out, args.seeds, device=args.device, command=command, data=data)
    else:
        events = run(
            config, args.out, device=args.device, command=command, data=data, threads=threads or None
        )
    return _follow(events, Path(args.out), as_json=args.json)


def _grid(args: argparse.Namespace) -> int:
    """A setting at several values, each cross-validated; nothing but the table is kept."""
    from medrnn.training.runs.openmp import sleep_while_waiting

    if not (args.grid and args.folds) or args.seeds or not (args.preset or args.config or args.data):
        raise ConfigError(
            "train: expected --grid NAME=VALUE,VALUE with --folds K and one of --preset, --config, --data, without "
            "--seeds"
        )
    sleep_while_waiting()
    from medrnn.models.devices import find_device
    from medrnn.training.grid import grid, parse_axes, smallest_within_one_error
    from medrnn.training.runs.grids import STOP, write_grid
    from medrnn.training.threads import set_threads

    find_device(args.device)
    axes, (config, data) = parse_axes(args.grid), _settings(args)
    set_threads(_threads(args))
    out = Path(args.out) if args.out else None
    if out:
        make_folder(out, "the cross-validation")
    rows: list[Row] = []
    written: dict[str, Any] = {"done": 0, "total": 0, "rows": []}
    for step in grid(config, data, axes, args.folds, lambda: out is not None and (out / STOP).exists()):
        rows += [step.row] if step.row else []
        chosen = {"chosen": dict(smallest_within_one_error(rows).values)} if rows else {}
        written = {"done": step.done, "total": step.total, "rows": [row.to_dict() for row in rows], **chosen}
        print(f"fold {step.done} of {step.total}", file=sys.stderr, flush=True)
        if out:
            write_grid(out, written)
    show(written, args.json)
    return 0


def _settings(args: argparse.Namespace) -> "tuple[TrainConfig, Dataset]":
    """The settings of a preset, of a file, or what fits the data, which is printed; and the data, checked."""
    from medrnn.config import TrainConfig
    from medrnn.config.network import check_network
    from medrnn.datasets import load_for, shown_name
    from medrnn.datasets.checks import require_trainable
    from medrnn.datasets.examine_words import say_findings
    from medrnn.datasets.weak import find_weak, say_weak
    from medrnn.training.defaults import fit_defaults, shape_of
    from medrnn.training.presets import ALL
    from medrnn.training.run import load_config

    is_given = bool(args.preset or args.config)
    if is_given:
        config = _changed(ALL[args.preset] if args.preset else load_config(Path(args.config)), args)
        check_network(replace(config.model, features=config.reading.features), config.reading)
        data = load_for(config)
    else:
        data = load_for(_changed(TrainConfig(), args))
        require_trainable(data)
        config = _changed(fit_defaults(shape_of(data, str(args.data))), args)
        check_network(config.model, config.reading)
    for line in (*say_findings(data.findings), *say_weak(find_weak(data))):
        print(line, file=sys.stderr)
    require_trainable(data)  # before a folder is made
    if not is_given:
        said = replace(config, data=shown_name(config.data)).to_dict()
        print(f"settings: {json.dumps(said)}", file=sys.stderr, flush=True)
    return config, data


def _changed(config: "TrainConfig", args: argparse.Namespace) -> "TrainConfig":
    """The settings with what stands beside them in the words."""
    return replace(
        config,
        model=replace(config.model, cell=args.cell or config.model.cell),
        data=args.data or config.data,
        cut=args.cut or config.cut,
        seed=config.seed if args.seed is None else args.seed,
    )


def _threads(args: argparse.Namespace) -> int:
    """As asked for; 0 where nothing was."""
    if args.threads is not None and args.threads < 1:
        raise ConfigError(f"threads: expected 1 or more, got {args.threads}.")
    return args.threads or 0


def _resume(args: argparse.Namespace) -> int:
    """Go on with a run that was paused, died or failed."""
    from medrnn.models.devices import find_device
    from medrnn.training.resume import resume
    from medrnn.training.seeds import find_several, resume_seeds

    if (
        args.out
        or args.preset
        or args.config
        or args.cell
        or args.data
        or args.cut
        or args.seeds
        or args.seed is not None
    ):
        raise ConfigError(
            "train: --resume takes the settings of the run; expected at most --threads and --device beside it"
        )
    find_device(args.device)  # before anything is told in its folder
    go_on = resume_seeds if find_several(Path(args.resume)) else resume
    events = go_on(args.resume, device=args.device, threads=_threads(args))
    return _follow(events, Path(args.resume), as_json=args.json)


def _follow(events: "Iterator[RunEvent]", out: Path, *, as_json: bool) -> int:
    """Say what happens, and the result in the last line."""
    from medrnn.models.cards import read_card
    from medrnn.training.seeds import find_several

    try:
        for event in events:
            _progress(event)
    except KeyboardInterrupt:
        print(f"Go on with it: --resume {out}", file=sys.stderr)
        raise
    is_left = find_several(out) is not None
    if event.kind == "paused":
        more = " and with the seeds that are left" if is_left else ""
        raise ConfigError(f"train: the run was paused. Go on with it{more}: --resume {out}")
    if event.kind == "stopped" and is_left:
        raise ConfigError(
            "train: a seed was stopped before its first batch, the seeds before it are kept. Delete its folder, then "
            f"go on with all that are left: --resume {out}"
        )
    if event.kind == "stopped":
        raise ConfigError("train: the run was stopped before its first batch, so there is no model.")
    card = read_card(out)
    if not as_json:
        print(out)
    result = {
        "run": str(out),
        "id": card.id,
        "seed": card.config.seed,
        "digest": card.digest,
        "metrics": card.metrics,
        **{name: value for name, value in card.metrics["baselines"].items() if name in SIMPLE},
    }
    print(json.dumps(result), flush=True)
    return 0


def _command(args: argparse.Namespace, config: "TrainConfig") -> str:
    """How to get the same model again, with the run folder named only by its last part."""
    from medrnn.training.again import train_line
    from medrnn.training.presets import ALL

    preset = args.preset or ""
    if args.cell:
        preset = ""  # with another cell the settings in the run's folder say it all
    return train_line(
        Path(args.out).name,
        config.data,
        preset=preset,
        is_presets_data=bool(preset) and config.data == ALL[preset].data,
        seeds=args.seeds or (),
        seed=args.seed,
        cut=config.cut,
    )


def evaluate(args: argparse.Namespace) -> int:
    """The test split of a data set."""
    from medrnn.evaluation.evaluate import evaluate as run

    show(run(args.model, args.data, args.device, cut=args.cut or ""), args.json)
    return 0


def zoo(args: argparse.Namespace) -> int:
    """The shipped models beside published figures: mean and standard error over their seeds."""
    from dataclasses import asdict

    from medrnn.evaluation.zoo import to_markdown
    from medrnn.evaluation.zoo import zoo as run

    rows = run()
    if args.json:
        print(json.dumps([asdict(row) for row in rows], allow_nan=False), flush=True)
    else:
        print(to_markdown(rows))
    return 0


def index(args: argparse.Namespace) -> int:
    """The hidden states of a model over a data set's validation and test images, for select-and-match."""
    import time

    from medrnn.explanation.index.build import LIMIT, index_dataset
    from medrnn.explanation.index.states import save_index
    from medrnn.models import catalog

    card, began = catalog.find_card(args.model), time.monotonic()
    data, name = data_of(card, args.data), args.data or card.config.data
    model = catalog.load_model(args.model, args.device)
    found = index_dataset(
        card,
        model,
        data,
        module=args.module or "",
        data=name,
        limit=LIMIT if args.limit is None else args.limit,
        progress=lambda done, total: print(f"images: {done} of {total}", file=sys.stderr, flush=True),
    )
    out = save_index(found)
    show(
        {
            "out": str(out),
            **({} if found.module == "rnn" else {"module": found.module}),
            "images": len(found),
            "steps": found.steps,
            "units": found.states.shape[2],
            "megabytes": round(out.stat().st_size / 1e6, 3),
            "elapsed_s": round(time.monotonic() - began, 3),
        },
        args.json,
    )
    return 0
