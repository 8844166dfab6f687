"""Files of several pictures: all are read, or it is said how many there are."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from medrnn.errors import ImageError
from medrnn.imaging import read

STACK = np.arange(5 * 6 * 7, dtype=np.uint16).reshape(5, 6, 7)
SAID = "The file holds 3 pictures; the first is shown."


def imagej(array: np.ndarray = STACK, *, is_short: bool = False, **options) -> bytes:
    """As ImageJ writes what is larger than 4 GB: one directory, the pictures behind each other."""
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, array, imagej=True, **options)
    data = bytearray(buffer.getvalue())
    with tifffile.TiffFile(io.BytesIO(bytes(data))) as file:
        page, offset = file.pages.first, file.pages.first.offset
        count = int.from_bytes(data[offset : offset + 2], "big" if file.byteorder == ">" else "little")
        assert page.dataoffsets[0]
        at = offset + 2 + 12 * count
        data[at : at + 4] = bytes(4)  # no next directory
    return bytes(data[: page.dataoffsets[0] + array.nbytes - 9]) if is_short else bytes(data)


def test_an_imagej_stack_with_one_directory_is_read_whole():
    data = imagej()
    with tifffile.TiffFile(io.BytesIO(data)) as file:
        assert len(file.pages) == 1
        np.testing.assert_array_equal(file.asarray(), STACK)
    study = read(data)
    np.testing.assert_array_equal(study.stored, STACK)
    assert study.warnings == ()


def test_an_imagej_stack_of_floats_and_of_colours():
    np.testing.assert_array_equal(read(imagej(STACK.astype(np.float32))).stored, STACK)
    colour = (np.stack([STACK, STACK + 1, STACK + 2], -1) % 256).astype(np.uint8)
    np.testing.assert_array_equal(read(imagej(colour, photometric="rgb")).stored, colour)


def test_a_hyperstack_is_read_frame_by_frame():
    hyper = np.arange(2 * 3 * 4 * 6 * 7, dtype=np.uint8).reshape(2, 3, 4, 6, 7)
    study = read(imagej(hyper, metadata={"axes": "TZCYX"}))
    np.testing.assert_array_equal(study.stored, hyper.reshape(24, 6, 7))


def test_a_stack_that_is_cut_is_damage():
    with pytest.raises(ImageError, match="truncated or damaged"):
        read(imagej(is_short=True))


def test_tifffiles_own_stack_with_one_directory():
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as file:
        file.write(STACK, contiguous=True, photometric="minisblack", metadata={"axes": "QYX"})
    np.testing.assert_array_equal(read(buffer.getvalue()).stored, STACK)
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, STACK, shaped=True, photometric="minisblack", metadata={"truncate": True})
    np.testing.assert_array_equal(read(buffer.getvalue()).stored, STACK)


@pytest.mark.parametrize("kind", ["PNG", "MPO"])
def test_pictures_that_are_not_shown_are_counted(kind):
    buffer = io.BytesIO()
    pictures = [Image.new("RGB", (16, 16), (60 * k, 0, 0)) for k in range(1, 4)]
    pictures[0].save(buffer, kind, save_all=True, append_images=pictures[1:])
    study = read(buffer.getvalue())
    assert study.warnings == (SAID,)
    assert np.abs(study.stored[0].astype(int) - (60, 0, 0)).max() <= 2


def test_one_picture_is_not_counted():
    buffer = io.BytesIO()
    Image.new("L", (4, 4)).save(buffer, "PNG")
    assert read(buffer.getvalue()).warnings == ()


def palette_tiff(pages: list[np.ndarray], bits: int) -> bytes:
    """Palette pages by hand: tifffile writes none of less than 8 bits."""
    palette = np.arange(3 << bits, dtype="<u2") * 1000
    out, link = bytearray(b"II*\0" + bytes(4)), 4
    for indices in pages:
        rows, columns = indices.shape
        each = np.unpackbits(indices[..., None].astype(np.uint8), axis=-1)[..., -bits:]
        packed = np.packbits(each.reshape(rows, -1), axis=1).tobytes()
        at, colours = len(out), len(out) + len(packed) + len(packed) % 2
        out += packed + bytes(len(packed) % 2) + palette.tobytes()
        tags = [(256, 4, 1, columns), (257, 4, 1, rows), (258, 3, 1, bits), (259, 3, 1, 1), (262, 3, 1, 3),
                (273, 4, 1, at), (277, 3, 1, 1), (278, 4, 1, rows), (279, 4, 1, len(packed)),
                (320, 3, palette.size, colours)]  # fmt: skip
        out[link : link + 4] = len(out).to_bytes(4, "little")
        out += len(tags).to_bytes(2, "little")
        for tag in tags:
            out += b"".join(v.to_bytes(n, "little") for v, n in zip(tag, (2, 2, 4, 4), strict=True))
        link = len(out)
        out += bytes(4)
    return bytes(out)


@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_a_palette_of_few_bits_and_pages_of_several_sizes(bits):
    indices = STACK[:2] % (1 << bits)
    study = read(palette_tiff([indices[0], indices[0][:3, :4], indices[1]], bits))
    palette = (np.arange(3 << bits) * 1000).astype(np.uint16).reshape(3, -1).T
    np.testing.assert_array_equal(study.stored, palette[indices])
    assert study.warnings == ("1 page(s) of another size or kind were left out.",)


def test_a_thumbnail_that_stands_first_is_not_taken_for_the_image():
    buffer = io.BytesIO()
    with tifffile.TiffWriter(buffer) as file:
        for array, kind in ((STACK[0, :2, :2].copy(), 1), (STACK[0], 0)):
            file.write(array, photometric="minisblack", metadata=None, subfiletype=kind)
    study = read(buffer.getvalue())
    np.testing.assert_array_equal(study.stored, STACK[:1])
    assert study.warnings == ("1 page(s) of another size or kind were left out.",)
