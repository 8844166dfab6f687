"""What is done to bytes that a stranger sent, by name: bytes in, a record, a list or an ``ImageError`` out."""

import pkgutil
from typing import Any

from medrnn.errors import ImageError
from medrnn.imaging.limits import damage

OPERATIONS = {"read": "medrnn.imaging.members:read_member", "unpack": "medrnn.imaging.archive:read_zip"}
UNREADABLE = "Expected a whole image, this file is damaged. Export it again."


def perform(name: str, data: bytes) -> Any:
    """The result of an operation; an ``ImageError`` is returned, not raised, and no other text leaves.

    Raises:
        KeyError: there is no such operation.
    """
    operation = pkgutil.resolve_name(OPERATIONS[name])
    try:
        return operation(data)
    except ImageError as error:
        return error
    except Exception as error:
        return damage(error, UNREADABLE)
