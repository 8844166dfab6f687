"""What is done to bytes that a stranger sent, by name: bytes in, a record, a list or an ``ImageError`` out."""

import pkgutil
from typing import Any

from medrnn.errors import ImageError
from medrnn.imaging import UNREADABLE
from medrnn.imaging.buffers import Data
from medrnn.imaging.limits import damage

OPERATIONS = {
    "read": "medrnn.imaging.series.members:read_member",
    "unpack": "medrnn.imaging.files.archive:read_part",
    "unpack-set": "medrnn.imaging.files.archive:read_set_part",
    "deidentify": "medrnn.imaging.deidentify.copy:deidentify_with",
    "arrays": "medrnn.imaging.files.arrays:read_arrays",
    "mask": "medrnn.imaging.masks.read:read_mask",
}


def perform(name: str, data: Data, *about: Any) -> Any:
    """The result of an operation on bytes, and on a record that it is about.

    An ``ImageError`` is returned, not raised, and no other text leaves.

    Raises:
        KeyError: there is no such operation.
    """
    operation = pkgutil.resolve_name(OPERATIONS[name])
    try:
        return operation(data, *about)
    except ImageError as error:
        return error
    except Exception as error:
        return damage(error, UNREADABLE)
