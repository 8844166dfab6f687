"""npz files of strangers: numbers only, bounded by what their headers claim, the same through the guarded child."""

import io
import zipfile

import numpy as np
import pytest

from medrnn.errors import ImageError
from medrnn.imaging.files import arrays
from medrnn.imaging.files.arrays import is_npz, read_arrays
from medrnn.imaging.guard import batch as guard


def pack(how=np.savez, **made):
    buffer = io.BytesIO()
    how(buffer, **made)
    return buffer.getvalue()


@pytest.fixture
def made(rng):
    return {
        "images": rng.integers(0, 256, (5, 4, 3), np.uint8),
        "labels": np.arange(5),
        "share": np.array([0.5]),
    }


@pytest.mark.parametrize("how", [np.savez, np.savez_compressed])
def test_what_is_wanted_and_there_comes_back(made, how):
    data = pack(how, **made)
    found = read_arrays(data, ("labels", "nothing", "images"))
    assert is_npz(data) and found.names == ("labels", "images")
    assert all(np.array_equal(made[name], one) for name, one in zip(found.names, found.arrays, strict=True))


@pytest.mark.skipif(not guard.IS_AVAILABLE, reason="guarded decoding needs Linux")
def test_the_guarded_child_gives_the_same(made):
    with guard.Batch() as batch:
        found = batch.perform("arrays", pack(**made), ("images", "labels"))
        assert found.names == ("images", "labels") and np.array_equal(found.arrays[0], made["images"])
        with pytest.raises(ImageError, match="an npz file of numbers"):
            batch.perform("arrays", b"PK\3\4 nothing", ("images",))


def test_a_zip_of_pictures_is_no_npz():
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("a/0.png", b"x")
    assert not is_npz(buffer.getvalue()) and not is_npz(b"") and not is_npz(b"PK\3\4")


def claiming(shape):
    """An array file whose header claims more than there is."""
    buffer, head = io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("images.npy", head.getvalue() + b"few")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "cannot be read"),
        (b"no zip", "cannot be read"),
        (pack(images=np.array([{}], object)), "holds objects"),
        (pack(images=np.array(["text"])), "holds objects"),
        (claiming((10,)), "cannot be read"),
        (claiming((1 << 40,)), r"at most 512 MB of arrays, this file holds 1048576 MB"),
        (claiming((1 << 40, 1 << 40)), "at most 512 MB"),
        (pack(images=np.arange(9))[:-30], "cannot be read"),
    ],
    ids=range(8),
)
def test_anything_else_is_one_sentence(data, match):
    with pytest.raises(ImageError, match=match):
        read_arrays(data, ("images",))


def test_too_many_arrays_are_refused(made, monkeypatch):
    monkeypatch.setattr(arrays, "MOST_ARRAYS", 2)
    with pytest.raises(ImageError, match="at most 2 arrays, got 3"):
        read_arrays(pack(**made), ("images",))
