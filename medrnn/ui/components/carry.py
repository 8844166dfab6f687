"""Bring arrays to the browser once, as one ``bytes`` value, and keep them there under a name.

Streamlit passes ``bytes`` unchanged and sends an unchanged value again only as a hash, but every change sends
all of it. So pixels travel alone, in a carrier, and the component that draws gets a little JSON.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

HERE = Path(__file__).parent
DTYPES = ("uint8", "int16", "uint16", "int32", "float32")  # as TYPES in shared.js


def _read(*files: Path) -> str:
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


SHARED = _read(HERE / "shared.js", HERE / "picture.js")


def declare(name: str, *borrowed: str) -> Any:
    """The component in the folder ``name``: its html, its css, and its js with what it needs before it.

    Args:
        name: of the folder and the files in it.
        borrowed: js files of other components that it needs too, as "viewer/pixels.js".
    """
    folder = HERE / name
    main = folder / f"{name}.js"
    helpers = [HERE / file for file in borrowed]
    helpers += sorted(file for file in folder.glob("*.js") if file != main)
    return st.components.v2.component(
        f"medrnn_{name}",
        html=_read(folder / f"{name}.html"),
        css=_read(folder / f"{name}.css"),
        js=SHARED + _read(*helpers, main),
    )


def _little_endian(name: str, array: np.ndarray) -> np.ndarray:
    """The same values as browsers read them: in rows, low byte first."""
    if array.dtype.name not in DTYPES:
        raise ValueError(f"{name}: expected one of {', '.join(DTYPES)}, got {array.dtype.name}")
    return np.ascontiguousarray(array, array.dtype.newbyteorder("<"))


def pack(header: dict[str, Any], **arrays: np.ndarray) -> bytes:
    """Join a JSON header and arrays.

    Layout: uint32 header length (little endian), the header, then each array on an 8-byte boundary; the header's
    ``arrays`` says dtype, shape and offset of each. Dtypes: uint8, int16, uint16, int32, float32.

    Raises:
        ValueError: an array is of another dtype.
    """
    blobs, table, at = [], {}, 0
    for name, array in arrays.items():
        raw = _little_endian(name, array).tobytes()
        raw += b"\0" * (-len(raw) % 8)
        table[name] = {"dtype": array.dtype.name, "shape": array.shape, "at": at}
        blobs.append(raw)
        at += len(raw)
    head = json.dumps({**header, "arrays": table}, allow_nan=False).encode()
    head += b" " * (-(4 + len(head)) % 8)
    return len(head).to_bytes(4, "little") + head + b"".join(blobs)


_carry = st.components.v2.component(
    "medrnn_carry",
    html="<i hidden></i>",
    js=_read(HERE / "shared.js")
    + """
export default function ({data}) {
  const item = unpack(data)
  store().items.set(item.name, item)
  store().dispatchEvent(new Event(item.name))
  return () => { if (store().items.get(item.name) === item) store().items.delete(item.name) }
}
""",
)


def carry(name: str, header: dict[str, Any], **arrays: np.ndarray) -> None:
    """Put arrays into the browser's store under ``name``, where another component finds them."""
    carry_packed(name, pack({"name": name, **header}, **arrays))


def carry_packed(name: str, data: bytes) -> None:
    """The same for what is packed already, with ``name`` in its header."""
    _carry(key=f"{name}-carrier", data=data)


def plain_number(value: float | None) -> float | None:
    """The value, or None where JSON has no word for it: NaN and the infinities."""
    return float(value) if value is not None and np.isfinite(value) else None


def chosen_here(value: Any, digest: str) -> int | None:
    """What the reader chose, or None where that was chosen in another picture.

    The browser sends {"digest", "at"}, since a component's state outlives its picture; a bare number counts as is.
    """
    if isinstance(value, dict):
        value = value.get("at") if value.get("digest") == digest else None
    return None if value is None else int(value)
