"""How an image becomes a sequence: the settings of a reading."""

from dataclasses import dataclass, replace
from math import isqrt

from medrnn.config.record import Record, between, one_of
from medrnn.errors import ConfigError

ORDERS = {
    "rows": "row by row",
    "columns": "column by column",
    "raster": "patch by patch, each line of patches from the left",
    "snake": "patch by patch, to and fro",
}
WAYS = ORDERS | {"slices": "slice by slice"}  # of a series too
DIRECTIONS = {"forward": "from the top or left", "reverse": "from the bottom or right"}
SCALES = {
    "window": "as the window shows it",
    "median": "in the same ratio to the median of all that is not background",
}
SHORT = {"filled": "spread over all of them, or black outside of it", "masked": "by itself, in fewer steps"}
CHANNELS = {"grey": "grey", "rgb": "colour: red, green, blue"}
PATCHED = ("raster", "snake")
PATCH_ENDS = ("top left", "the bottom")
SLICE_ENDS = ("first", "last")
MOST_SLICES = 500
MOST_SHEET = 16_384  # pixels, down and across, of all slices side by side


def sheet_of(slices: int) -> tuple[int, int]:
    """How slices lie side by side: (down, across), nearly square, without an empty place where the number allows it."""
    for across in range(isqrt(slices - 1) + 1, 2 * isqrt(slices) + 1):
        if slices % across == 0:
            return slices // across, across
    across = isqrt(slices - 1) + 1
    return -(-slices // across), across


@dataclass(frozen=True)
class ReadingConfig(Record):
    """How an image becomes a sequence.

    The crop (by default the centred square of the short edge, as MedMNIST cuts its images) is windowed to
    [0, 1], made bright-is-dense, resized to ``size`` with antialiasing (bicubic), and read tile by tile: a row, a
    column, or a square of ``patch`` x ``patch`` pixels. Values within a tile are read row by row, in colour the red,
    green and blue of a pixel one after another.

    A series is read a slice a step: ``slices`` of them, ``patch`` x ``patch`` pixels each, which lie side by side on a
    sheet (``sheet_of``), line by line from the top left. So every picture, map and table of an image holds for it.

    Attributes:
        order: a key of ``WAYS``.
        direction: a key of ``DIRECTIONS``; "reverse" reads the tiles from the last to the first.
        size: (rows, columns) in pixels of what is read, each from 2 to 512; of slices that of their sheet.
        patch: side of a square in pixels, a divisor of both sizes where the order is one of ``PATCHED`` or "slices";
            else unused.
        channels: a key of ``CHANNELS``.
        slices: how many slices of a series are read, 2 to 500, where the order is "slices"; else 0.
        slice_mm: distance of two slices that are read, along the normal; 0 where the whole series is spread over them.
        pixel_mm: side of a pixel that is read; 0 where the whole of a slice is.
        scale: a key of ``SCALES``: how values become grey values; "median" for slices alone.
        short: a key of ``SHORT``: how a series is read that has fewer slices; "masked" for slices alone.
    """

    order: str = "rows"
    direction: str = "forward"
    size: tuple[int, int] = (28, 28)
    patch: int = 4
    channels: str = "grey"
    slices: int = 0
    slice_mm: float = 0.0
    pixel_mm: float = 0.0
    scale: str = "window"
    short: str = "filled"

    def __post_init__(self) -> None:
        one_of("order", self.order, WAYS)
        one_of("direction", self.direction, DIRECTIONS)
        one_of("channels", self.channels, CHANNELS)
        if len(self.size) != 2:
            raise ConfigError(f"size: expected (rows, columns), got {self.size!r}")
        for value in self.size:
            between("size", value, 2, MOST_SHEET if self.order == "slices" else 512)
        between("patch", self.patch, 1, 512)
        self._check_slices()
        if self.order not in self.orders:
            raise ConfigError(
                f"patch: expected a divisor of {self.size[0]} and {self.size[1]}, got {self.patch!r}"
            )

    def _check_slices(self) -> None:
        """What only slices have, and what the sheet of them must be."""
        one_of("scale", self.scale, SCALES)
        one_of("short", self.short, SHORT)
        if self.order != "slices":
            own = (self.slices, self.slice_mm, self.pixel_mm, self.scale, self.short)
            if own != (0, 0.0, 0.0, "window", "filled"):
                raise ConfigError(
                    "slices, slice_mm, pixel_mm, scale, short: only the order 'slices' has them"
                )
            return
        between("slices", self.slices, 2, MOST_SLICES)
        between("slice_mm", self.slice_mm, 0, 100)
        between("pixel_mm", self.pixel_mm, 0, 100)
        down, across = sheet_of(self.slices)
        if self.size != (down * self.patch, across * self.patch):
            raise ConfigError(
                f"size: {self.slices} slices of {self.patch} x {self.patch} lie on a sheet of "
                f"{down * self.patch} x {across * self.patch}, got {self.size[0]} x {self.size[1]}"
            )

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders that the size allows: those by patches only where the patch divides it; of slices their own."""
        if self.is_series:
            return ("slices",)
        is_divided = not any(value % self.patch for value in self.size)
        return tuple(order for order in ORDERS if is_divided or order not in PATCHED)

    @property
    def tile(self) -> tuple[int, int]:
        """(rows, columns) of what one step reads."""
        return {"rows": (1, self.size[1]), "columns": (self.size[0], 1)}.get(
            self.order, (self.patch, self.patch)
        )

    @property
    def steps(self) -> int:
        """Number of tiles read."""
        return self.slices or self.size[0] * self.size[1] // (self.tile[0] * self.tile[1])

    @property
    def is_patched(self) -> bool:
        """True where a step reads a square of pixels."""
        return self.order in PATCHED

    @property
    def is_series(self) -> bool:
        """True where a step reads a slice of a series."""
        return self.order == "slices"

    @property
    def shown_size(self) -> tuple[int, int]:
        """(rows, columns) of the picture that is read: of a slice, else of the image."""
        return (self.patch, self.patch) if self.is_series else self.size

    @property
    def is_masked(self) -> bool:
        """True where series of fewer slices have fewer steps, and nothing stands in for those that are missing."""
        return self.short == "masked"

    @property
    def count(self) -> str:
        """How many slices in words, such as "12 slices" or "up to 12 slices"."""
        return f"{'up to ' if self.is_masked else ''}{self.slices} slices"

    def of_slices(self, count: int) -> "ReadingConfig":
        """The same for a series of exactly so many slices."""
        down, across = sheet_of(max(1, count))
        size = (down * self.patch, across * self.patch)
        return replace(self, slices=count, size=size, short="filled")

    def knows(self, other: "ReadingConfig") -> bool:
        """Whether a model of this reading reads what was read as ``other``: the same, or masked with fewer slices."""
        is_shorter = self.is_masked and other.is_series and other.slices <= self.slices
        return other == self or (is_shorter and other == self.of_slices(other.slices))

    def canvas(self, crop: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
        """Where the steps lie: in the crop (x, y, width, height); of slices in a sheet of crops, from its top left."""
        if not self.is_series:
            return crop
        down, across = sheet_of(self.slices)
        return 0, 0, across * crop[2], down * crop[3]

    @property
    def is_colour(self) -> bool:
        """True where a pixel has three values, red, green and blue."""
        return self.channels == "rgb"

    @property
    def planes(self) -> int:
        """Values of a pixel: 1 or 3."""
        return 3 if self.is_colour else 1

    @property
    def features(self) -> int:
        """Values read at each step."""
        return self.tile[0] * self.tile[1] * self.planes

    @property
    def line(self) -> str:
        """What one step reads: "row", "column", "patch" or "slice"."""
        return "patch" if self.order in PATCHED else self.order.removesuffix("s")

    @property
    def by_line(self) -> str:
        """In words, such as "row by row"."""
        return WAYS[self.order]

    @property
    def title(self) -> str:
        """In words, such as "rows, top to bottom"."""
        known = {"rows": ("top", "bottom"), "columns": ("left", "right"), "slices": SLICE_ENDS}
        ends = known.get(self.order, PATCH_ENDS)
        start, end = ends if self.direction == "forward" else ends[::-1]
        what = f"{self.patch} x {self.patch} patches, {self.order}" if self.order in PATCHED else self.order
        what = self.count if self.is_series else what
        return f"{what}, {start} to {end}{', in colour' if self.is_colour else ''}"


def read_slices(
    slices: int,
    side: int,
    *,
    direction: str = "forward",
    slice_mm: float = 0.0,
    pixel_mm: float = 0.0,
    scale: str = "window",
    short: str = "filled",
) -> ReadingConfig:
    """The reading of a series.

    Args:
        slices: how many are read.
        side: of each, pixels.
        direction: a key of ``DIRECTIONS``.
        slice_mm: distance of two slices, 0 where the whole series is spread over them.
        pixel_mm: side of a pixel, 0 where the whole of a slice is read.
        scale: a key of ``SCALES``.
        short: a key of ``SHORT``.
    """
    down, across = sheet_of(max(1, slices))
    size = (down * side, across * side)
    return ReadingConfig(
        "slices",
        direction,
        size,
        side,
        slices=slices,
        slice_mm=slice_mm,
        pixel_mm=pixel_mm,
        scale=scale,
        short=short,
    )
