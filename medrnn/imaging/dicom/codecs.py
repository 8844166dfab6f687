"""imagecodecs as a decoder of compressed pixel data for pydicom.

The codec gives samples; signedness, colour space and stored bits are taken from the tags, as PS3.5 8.2 asks.
"""

import threading

import imagecodecs
import numpy as np
from pydicom import uid
from pydicom.pixels import get_decoder
from pydicom.pixels.decoders.base import DecodeRunner

from medrnn.imaging import faults
from medrnn.imaging.dicom.codestream import has_jpeg_end, is_lossless_jpeg, jpeg2000_size, jpeg_size, tidied

LABEL = "imagecodecs"
_JPEG = (uid.JPEGBaseline8Bit, uid.JPEGExtended12Bit)
_LOSSLESS = (uid.JPEGLossless, uid.JPEGLosslessSV1)
_JPEG_LS = (uid.JPEGLSLossless, uid.JPEGLSNearLossless)
JPEG2000 = (
    uid.JPEG2000Lossless, uid.JPEG2000, uid.HTJ2KLossless, uid.HTJ2KLosslessRPCL, uid.HTJ2K,
)  # fmt: skip
SYNTAXES = (*_JPEG, *_LOSSLESS, *_JPEG_LS, *JPEG2000)
DECODER_DEPENDENCIES = dict.fromkeys(SYNTAXES, ("imagecodecs",))
_once = threading.Lock()


def is_available(syntax: str) -> bool:
    """True for what this plug-in decodes (asked by pydicom)."""
    return syntax in SYNTAXES


def _check(source: bytes, runner: DecodeRunner) -> None:
    """The stream is whole and of the size that the tags say, so that no codec makes up or reserves more."""
    is_j2k = runner.transfer_syntax in JPEG2000
    size = jpeg2000_size(source) if is_j2k else jpeg_size(source)
    expected = (runner.rows, runner.columns, runner.samples_per_pixel)
    if size is None or size[:3] != expected:
        raise ValueError("the compressed image is not of the size that the header says")
    if not is_j2k and not has_jpeg_end(source):
        raise ValueError("the compressed image has no end")


def _decode(source: bytes, syntax: str, samples: int) -> np.ndarray:
    if syntax in _LOSSLESS or (syntax in _JPEG and is_lossless_jpeg(source)):
        return imagecodecs.ljpeg_decode(source) if samples == 1 else imagecodecs.jpegsof3_decode(source)
    if syntax in _JPEG:  # the same space in and out: the tags say what it is, not the codec
        space = "RGB" if samples == 3 else None
        return imagecodecs.jpeg_decode(source, colorspace=space, outcolorspace=space)
    if syntax in _JPEG_LS:
        return imagecodecs.jpegls_decode(source)
    return imagecodecs.jpeg2k_decode(source)


class OwnFault(BaseException):
    """A fault of ours on its way through pydicom, which takes any ``Exception`` of a decoder for damaged data."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error


def decode_frame(source: bytes, runner: DecodeRunner) -> bytearray:
    """One frame as interleaved samples in the container that the codec uses (called by pydicom)."""
    try:
        return _decode_frame(source, runner)
    except Exception as error:
        if faults.is_ours(error):
            raise OwnFault(error) from error
        raise


def _decode_frame(source: bytes, runner: DecodeRunner) -> bytearray:
    source = source if runner.transfer_syntax in JPEG2000 else tidied(source)
    _check(source, runner)
    array = _decode(source, runner.transfer_syntax, runner.samples_per_pixel)
    runner.set_option("bits_allocated", 8 * array.dtype.itemsize)
    runner.set_option("planar_configuration", 0)
    if (
        runner.transfer_syntax in _JPEG_LS
    ):  # it knows no sign; pydicom extends it from the precision of the stream
        precision = runner.get_option("jls_precision", runner.bits_stored)
        runner.set_option("jls_precision", min(precision, runner.bits_stored))
    if runner.transfer_syntax in JPEG2000 and runner.photometric_interpretation in ("YBR_ICT", "YBR_RCT"):
        runner.set_option("photometric_interpretation", "RGB")  # the codec has undone the component transform
    return bytearray(array.tobytes())


def register() -> None:
    """Hand the plug-in to pydicom, once a process."""
    with _once:
        for syntax in SYNTAXES:
            decoder = get_decoder(syntax)
            if LABEL not in decoder.available_plugins:
                decoder.add_plugin(LABEL, (__name__, "decode_frame"))


def list_decoders() -> dict[str, str]:
    """Transfer syntax name to who decodes it."""
    own = {uid.UID(syntax).name: f"imagecodecs {imagecodecs.__version__}" for syntax in SYNTAXES}
    return {"uncompressed and deflated": "pydicom", uid.UID(uid.RLELossless).name: "pydicom", **own}
