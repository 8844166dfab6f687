"""A safetensors file before any of its numbers are read: is it one, and are its names, shapes and places sound?

The format: eight bytes with the length of a header (little endian), the header as JSON, then the numbers of each tensor
without gaps. Nothing else is read: a pickle can run any program.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from msgspec import Meta

from medrnn import disk
from medrnn.errors import CatalogError
from medrnn.models.catalog import HEADER_BYTES

MOST_BYTES = 128 << 20
MOST_TENSORS = 2_000
BEGIN = 8  # bytes of the header's length
WIDTHS = {"F32": 4, "I64": 8}  # bytes of a number; the second counts batches in a batch norm
CONVERT = (
    'python -c "import torch; from safetensors.torch import save_file; save_file({k: v.clone() for k, v in '
    "torch.load('x.pt', weights_only=True, map_location='cpu').items()}, 'x.safetensors')\""
)
STARTS = {
    b"PK\3\4": "a zip, as torch.save writes it",
    b"\x80": "a pickle, as older torch.save writes it",
    b"\x89HDF": "HDF5, as Keras writes it",
    b"\x93NUMPY": "an array of numpy",
}


class _Entry(TypedDict):
    dtype: Annotated[str, Meta(max_length=16)]
    shape: Annotated[list[Annotated[int, Meta(ge=0, le=1 << 40)]], Meta(max_length=8)]
    data_offsets: Annotated[list[Annotated[int, Meta(ge=0, le=1 << 40)]], Meta(min_length=2, max_length=2)]


@dataclass(frozen=True)
class Header:
    """Names and shapes of the tensors of a file that is sound.

    Attributes:
        shapes: of each tensor by its name, in the order of the file.
    """

    shapes: Mapping[str, tuple[int, ...]]


def refuse_other_files(data: bytes) -> None:
    """Only safetensors go on.

    Args:
        data: the whole file, or its first bytes.

    Raises:
        CatalogError: it is another kind of file; says the line that turns a torch file into one, for its owner.
    """
    length = int.from_bytes(data[:BEGIN], "little")
    if len(data) > BEGIN and 2 <= length <= HEADER_BYTES and data[BEGIN : BEGIN + 1] == b"{":
        return
    kind = next((words for start, words in STARTS.items() if data.startswith(start)), "another kind of file")
    raise CatalogError(
        f"Expected weights as safetensors, got {kind}, which is not opened here: such files can run programs. Where "
        f"they are yours, turn them into safetensors on your own machine: {CONVERT}"
    )


def read_header(data: bytes) -> Header:
    """Check the header against the file.

    Args:
        data: the whole file.

    Raises:
        CatalogError: no safetensors, too large, damaged, or of numbers that are not float32.
    """
    refuse_other_files(data)
    if len(data) > MOST_BYTES:
        raise CatalogError(
            f"Expected at most {MOST_BYTES >> 20} MB of weights, got {len(data) >> 20} MB. Bring a smaller network."
        )
    length = int.from_bytes(data[:BEGIN], "little")
    raw = disk.decode(data[BEGIN : BEGIN + length], dict[str, Any], "The header of the weights")
    raw.pop("__metadata__", None)
    if not 1 <= len(raw) <= MOST_TENSORS:
        raise CatalogError(f"Expected 1 to {MOST_TENSORS:,} tensors, got {len(raw):,}.")
    entries = {name: disk.convert(entry, _Entry, "The header of the weights") for name, entry in raw.items()}
    _check(entries, len(data) - BEGIN - length)
    return Header({name: tuple(entry["shape"]) for name, entry in entries.items()})


def _check(entries: Mapping[str, _Entry], held: int) -> None:
    """Each tensor has its own bytes, one after another, and all of them are used."""
    end = 0
    for name, entry in sorted(entries.items(), key=lambda one: one[1]["data_offsets"]):
        dtype = entry["dtype"]
        if dtype not in WIDTHS or (dtype == "I64" and not name.endswith("num_batches_tracked")):
            raise CatalogError(
                f"Expected float32 (F32) in {name[:80]!r}, got {dtype}. Save the weights with .float()."
            )
        begin, last = entry["data_offsets"]
        if begin != end or last - begin != WIDTHS[dtype] * math.prod(entry["shape"]):
            raise CatalogError(
                f"The file is damaged: {name[:80]!r} does not lie where its shape says. Save it again."
            )
        end = last
    if end != held:
        raise CatalogError(
            f"The file is damaged: its tensors fill {end:,} bytes, {held:,} are there. Save it again."
        )
