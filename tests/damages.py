"""What can be wrong with a folder of a run: every damage is a name and a function that does it to a good folder."""

import functools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.numpy import load_file, save_file

WRONG: dict[str, Any] = {
    "null": None,
    "list": ["a"],
    "record": {},
    "text": "![x](http://127.0.0.1:9/x.png)",
    "minus": -1,
    "half": 0.5,
    "true": True,
    "huge": 10**400,
}
TEXTS = {  # what JSON cannot say, put where a number stood
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "digits": "9" * 6_000,
    "deep": "[" * 50_000,
    "surrogate": '"\\ud800"',
}
Damage = Callable[[Path], None]
MARK = "a mark where the text is put"


def _places(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every key and index in a record, from the outside in; of a list its first."""
    inside = (
        value.items() if isinstance(value, dict) else enumerate(value[:1]) if isinstance(value, list) else ()
    )
    for key, one in inside:
        yield (*at, key)
        yield from _places(one, (*at, key))


def _put(record: Any, place: tuple[Any, ...], value: Any) -> Any:
    copy = json.loads(json.dumps(record))
    inner = functools.reduce(lambda part, key: part[key], place[:-1], copy)
    inner[place[-1]] = value
    return copy


def _drop(record: Any, place: tuple[Any, ...]) -> Any:
    copy = json.loads(json.dumps(record))
    inner = functools.reduce(lambda part, key: part[key], place[:-1], copy)
    del inner[place[-1]]
    return copy


def _in_json(name: str, record: Any, write: Callable[[Path, str], None]) -> Iterator[tuple[str, Damage]]:
    """Each field in turn missing or of another kind; not each kind at each place, but each at some."""
    kinds = [*WRONG, *TEXTS]
    for number, place in enumerate(_places(record)):
        where = f"{name}:{'.'.join(map(str, place))}"
        yield f"{where} missing", functools.partial(write, text=json.dumps(_drop(record, place)))
        for shift in range(3):
            kind = kinds[(3 * number + shift) % len(kinds)]
            value = WRONG.get(kind, MARK) if kind in WRONG else MARK
            text = json.dumps(_put(record, place, value))
            if kind in TEXTS:
                text = text.replace(json.dumps(MARK), TEXTS[kind])
            yield f"{where} {kind}", functools.partial(write, text=text)


def _clear(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(6 << 30)


def _cut(path: Path, data: bytes) -> None:
    path.write_bytes(data[: len(data) // 2])


def _random(path: Path, data: bytes) -> None:
    path.write_bytes(np.random.default_rng(0).bytes(len(data)))


KINDS: dict[str, Callable[[Path, bytes], Any]] = {
    "folder": lambda path, data: path.mkdir(),
    "pipe": lambda path, data: os.mkfifo(path),
    "link": lambda path, data: path.symlink_to("/etc/hostname"),
    "round": lambda path, data: path.symlink_to(path),
    "nowhere": lambda path, data: path.symlink_to("/nonexistent"),
    "empty": lambda path, data: path.write_bytes(b""),
    "zeros": lambda path, data: path.write_bytes(bytes(5_000)),
    "sparse": lambda path, data: _sparse(path),
    "cut": _cut,
    "random": _random,
    "gone": lambda path, data: None,
}


def _replaced(folder: Path, name: str, kind: str) -> None:
    path = folder / name
    data = path.read_bytes() if path.is_file() else b"{}"
    _clear(path)
    KINDS[kind](path, data)


def _text(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)


def _event(folder: Path, number: int, text: str) -> None:
    path = folder / "events.jsonl"
    lines = path.read_text().splitlines()
    lines[number] = text
    path.write_text("\n".join(lines) + "\n")


def _spoil(
    folder: Path, name: str, change: Callable[[dict[str, np.ndarray]], None], *, is_named: bool
) -> None:
    """Change arrays of a safetensors file; with ``is_named`` the card is made to name what came out."""
    import hashlib

    path = folder / name
    arrays = {key: array.copy() for key, array in load_file(path).items()}
    change(arrays)
    save_file(arrays, path)
    if is_named:
        card = json.loads((folder / "card.json").read_text())
        field = {"model.safetensors": "digest", "novelty.safetensors": "novelty"}[name]
        card[field] = hashlib.sha256(path.read_bytes()).hexdigest()
        (folder / "card.json").write_text(json.dumps(card))


def _first(value: float) -> Callable[[dict[str, np.ndarray]], None]:
    return lambda arrays: next(iter(arrays.values())).ravel().__setitem__(0, value)


def _cast(arrays: dict[str, np.ndarray]) -> None:
    arrays |= {name: array.astype(np.int32) for name, array in arrays.items()}


def _lessen(arrays: dict[str, np.ndarray]) -> None:
    arrays.pop(next(iter(arrays)))


ARRAYS: dict[str, Callable[[dict[str, np.ndarray]], None]] = {
    "NaN": _first(np.nan),
    "infinity": _first(np.inf),
    "whole numbers": _cast,
    "one less": _lessen,
}


def list_damages(good: Path) -> dict[str, Damage]:
    """Every damage by its name.

    Args:
        good: the folder of a finished run; the damages are made to fit its files.
    """
    found: dict[str, Damage] = {}
    for name in sorted(f.name for f in good.iterdir()):
        found |= {f"{name} {kind}": functools.partial(_replaced, name=name, kind=kind) for kind in KINDS}
    for name in sorted(f.name for f in good.glob("*.json")):
        found |= _in_json(name, json.loads((good / name).read_text()), functools.partial(_text, name=name))
        found[f"{name} another"] = functools.partial(_text, name=name, text="[1]")
    seen = set()
    for number, line in enumerate((good / "events.jsonl").read_text().splitlines()):
        event = json.loads(line)
        if event["kind"] in seen:
            continue
        seen.add(event["kind"])
        found |= _in_json(event["kind"], event, functools.partial(_event, number=number))
        found[f"{event['kind']} another"] = functools.partial(_event, number=number, text="[1]")
    for name in ("model.safetensors", "novelty.safetensors"):
        for kind, change in ARRAYS.items():
            for is_named in (False, True):
                spoil = functools.partial(_spoil, name=name, change=change, is_named=is_named)
                found[f"{name} {kind}{', named by the card' * is_named}"] = spoil
    return found
