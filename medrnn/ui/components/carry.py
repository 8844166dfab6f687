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
SHARED = (HERE / "shared.js").read_text(encoding="utf-8")


def declare(name: str) -> Any:
    """The component in the folder ``name``: its html, css and js, with the shared functions before it."""
    parts = {
        part: (HERE / name / f"{name}.{part}").read_text(encoding="utf-8") for part in ("html", "css", "js")
    }
    return st.components.v2.component(f"medrnn_{name}", **parts | {"js": SHARED + parts["js"]})


def pack(header: dict[str, Any], **arrays: np.ndarray) -> bytes:
    """Join a JSON header and arrays.

    Layout: uint32 header length (little endian), the header, then each array on an 8-byte boundary; the header's
    ``arrays`` says dtype, shape and offset of each. Dtypes: uint8, int16, uint16, int32, float32.
    """
    blobs, table, at = [], {}, 0
    for name, array in arrays.items():
        raw = np.ascontiguousarray(array).tobytes()
        raw += b"\0" * (-len(raw) % 8)
        table[name] = {"dtype": array.dtype.name, "shape": array.shape, "at": at}
        blobs.append(raw)
        at += len(raw)
    head = json.dumps({**header, "arrays": table}).encode()
    head += b" " * (-(4 + len(head)) % 8)
    return len(head).to_bytes(4, "little") + head + b"".join(blobs)


_carry = st.components.v2.component(
    "medrnn_carry",
    html="<i hidden></i>",
    js=SHARED
    + """
export default function ({data}) {
  const item = unpack(data)
  store().items.set(item.name, item)
  store().dispatchEvent(new Event(item.name))
}
""",
)


def carry(name: str, header: dict[str, Any], **arrays: np.ndarray) -> None:
    """Put arrays into the browser's store under ``name``, where another component finds them."""
    _carry(key=f"{name}-carrier", data=pack({"name": name, **header}, **arrays))
