"""How large an image may be, checked against its header before a byte of it is decoded."""

from medrnn.errors import ImageError

LIMIT_BYTES = 512 << 20  # decoded: a series of 1,000 CT slices; what a laptop holds twice without swapping


def check_size(rows: int, columns: int, frames: int = 1, samples: int = 1, bits: int = 8) -> None:
    """Refuse what claims no pixels or more than ``LIMIT_BYTES``.

    Raises:
        ImageError: with the size that the header claims.
    """
    if min(rows, columns, frames, samples) < 1:
        raise ImageError(
            f"Expected an image with pixels, the header claims {rows} x {columns} and {frames} frames."
        )
    if rows * columns * frames * samples * max(bits, 8) // 8 > LIMIT_BYTES:
        raise ImageError(
            f"Expected at most {LIMIT_BYTES >> 20} MB of pixels, the header claims {rows} x {columns} x {frames} "
            f"with {samples} sample(s) of {bits} bits. Cut the image or take single frames."
        )
