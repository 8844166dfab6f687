"""Netpbm's binary PGM and PPM, as teaching sets and older tools write them."""

import numpy as np
from PIL import Image

from medrnn.errors import ImageError
from medrnn.imaging.buffers import Data, opened
from medrnn.imaging.files.raster import make_study
from medrnn.imaging.limits import check_size, damage
from medrnn.imaging.silence import silenced
from medrnn.types import Study

BROKEN = "Expected a whole PGM or PPM image, this one is truncated or damaged. Export it again."


def read_pnm(data: Data) -> Study:
    """Decode a binary PGM (grey, 8 or 16 bits) or PPM (colour, 8 bits).

    Args:
        data: the whole file.

    Returns:
        Study of kind "PNM" with one frame; samples below the file's largest value are spread over all bits.

    Raises:
        ImageError: truncated, damaged or too large.
    """
    with silenced():
        try:
            image = Image.open(opened(data), formats=["PPM"])
            samples = len(image.getbands())
            check_size(
                image.height, image.width, samples=samples, bits=16 if image.mode.startswith("I") else 8
            )
            stored = np.asarray(image)
        except ImageError:
            raise
        except Image.DecompressionBombError:  # Pillow's own limit, before anything is decoded
            raise ImageError("Expected fewer pixels than this header claims. Cut the image.") from None
        except Exception as error:
            raise damage(error, BROKEN) from None
    stored = stored.astype(np.uint16) if stored.dtype.itemsize > 1 else stored
    return make_study(data, "PNM", stored[None], [])
