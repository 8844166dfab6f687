"""Bring arrays to the browser once, as one ``bytes`` value, and keep them there under a name.

Streamlit passes ``bytes`` unchanged and sends an unchanged value again only as a hash, but every change sends
all of it. So pixels travel alone, in a carrier, and the component that draws gets a little JSON.
"""

import json
from typing import Any

import numpy as np
import streamlit as st

from medrnn.ui.components.modules import HERE, script

DTYPES = ("uint8", "int16", "uint16", "int32", "float32")  # as TYPES in shared/store.js


def declare(name: str) -> Any:
    """The component in the folder ``name``: its html, its css, and its js with all that it imports."""
    html, css = ((HERE / name / f"{name}.{kind}").read_text(encoding="utf-8") for kind in ("html", "css"))
    return st.components.v2.component(f"medrnn_{name}", html=html, css=css, js=script(f"{name}/{name}.js"))


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


_carry = st.components.v2.component("medrnn_carry", html="<i hidden></i>", js=script("carry.js"))


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
