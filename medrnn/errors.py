"""Everything that medrnn raises on purpose.

    MedrnnError
    ├── ImageError    (ValueError)    the bytes are no image that can be read safely
    ├── ReadingError  (ValueError)    the image cannot be turned into what a model reads
    ├── ConfigError   (ValueError)    a setting is unknown or out of range
    ├── CatalogError  (LookupError)   a model is unknown, or its files do not agree with its card
    ├── DataError     (ValueError)    a data set is unknown or not laid out as expected
    ├── TraceError    (ArithmeticError)  recomputed states do not agree with the fused run
    └── DeviceError   (RuntimeError)  the device is missing or its memory ran out

Each message says what was expected, what came, and the cure; pages show that sentence and nothing else. A surprise
while a file is read is either the file's, and the sentence says that it is damaged, or ours, and the sentence says
that: ``imaging.faults`` tells them apart.
"""


class MedrnnError(Exception):
    """The root: catching it catches everything below."""


class ImageError(MedrnnError, ValueError):
    """The bytes are no image that can be read safely."""


class ReadingError(MedrnnError, ValueError):
    """The image cannot be turned into what a model reads."""


class ConfigError(MedrnnError, ValueError):
    """A setting is unknown or out of range."""


class CatalogError(MedrnnError, LookupError):
    """A model is unknown, or its files do not agree with its card."""


class DataError(MedrnnError, ValueError):
    """A data set is unknown or not laid out as expected.

    Attributes:
        file: which file of the set, for who brought it; its name may name a person, so it never stands in the message.
    """

    def __init__(self, message: str, *, file: str = "") -> None:
        super().__init__(message)
        self.file = file


class TraceError(MedrnnError, ArithmeticError):
    """Recomputed states do not agree with the fused run."""


class DeviceError(MedrnnError, RuntimeError):
    """The device is missing or its memory ran out."""
