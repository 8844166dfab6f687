"""How an image becomes a sequence: the settings of a reading."""

from dataclasses import dataclass

from medrnn.config.record import Record, between, one_of
from medrnn.errors import ConfigError

ORDERS = {
    "rows": "row by row",
    "columns": "column by column",
    "raster": "patch by patch, each line of patches from the left",
    "snake": "patch by patch, to and fro",
}
DIRECTIONS = {"forward": "from the top or left", "reverse": "from the bottom or right"}
CHANNELS = {"grey": "grey", "rgb": "colour: red, green, blue"}
PATCHED = ("raster", "snake")
PATCH_ENDS = ("top left", "the bottom")


@dataclass(frozen=True)
class ReadingConfig(Record):
    """How an image becomes a sequence.

    The crop (by default the centred square of the short edge, as MedMNIST cuts its images) is windowed to
    [0, 1], made bright-is-dense, resized to ``size`` with antialiasing (bicubic), and read tile by tile: a row, a
    column, or a square of ``patch`` x ``patch`` pixels. Values within a tile are read row by row, in colour the red,
    green and blue of a pixel one after another.

    Attributes:
        order: a key of ``ORDERS``.
        direction: a key of ``DIRECTIONS``; "reverse" reads the tiles from the last to the first.
        size: (rows, columns) in pixels of what is read, each from 2 to 512.
        patch: side of a square in pixels, a divisor of both sizes where the order is one of ``PATCHED``; else unused.
        channels: a key of ``CHANNELS``.
    """

    order: str = "rows"
    direction: str = "forward"
    size: tuple[int, int] = (28, 28)
    patch: int = 4
    channels: str = "grey"

    def __post_init__(self) -> None:
        one_of("order", self.order, ORDERS)
        one_of("direction", self.direction, DIRECTIONS)
        one_of("channels", self.channels, CHANNELS)
        if len(self.size) != 2:
            raise ConfigError(f"size: expected (rows, columns), got {self.size!r}")
        for value in self.size:
            between("size", value, 2, 512)
        between("patch", self.patch, 1, 512)
        if self.order not in self.orders:
            raise ConfigError(
                f"patch: expected a divisor of {self.size[0]} and {self.size[1]}, got {self.patch!r}"
            )

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders that the size allows: those by patches only where the patch divides it."""
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
        return self.size[0] * self.size[1] // (self.tile[0] * self.tile[1])

    @property
    def is_patched(self) -> bool:
        """True where a step reads a square of pixels."""
        return self.order in PATCHED

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
        """What one step reads: "row", "column" or "patch"."""
        return "patch" if self.order in PATCHED else self.order.removesuffix("s")

    @property
    def by_line(self) -> str:
        """In words, such as "row by row"."""
        return ORDERS[self.order]

    @property
    def title(self) -> str:
        """In words, such as "rows, top to bottom"."""
        ends = {"rows": ("top", "bottom"), "columns": ("left", "right")}.get(self.order, PATCH_ENDS)
        start, end = ends if self.direction == "forward" else ends[::-1]
        what = f"{self.patch} x {self.patch} patches, {self.order}" if self.order in PATCHED else self.order
        return f"{what}, {start} to {end}{', in colour' if self.is_colour else ''}"
