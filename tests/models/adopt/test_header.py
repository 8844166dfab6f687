"""Files that are no sound safetensors are refused before a number is read, with the line that mends torch's own."""

import json
import pickle
import shlex
import subprocess
import sys

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

from medrnn.errors import CatalogError
from medrnn.models.adopt import header
from medrnn.models.adopt.header import CONVERT, read_header, refuse_other_files
from tests.models.adopt.strangers import Stranger


def packed(entries, numbers=b""):
    """A file with this header, whatever it says."""
    head = json.dumps(entries).encode() if isinstance(entries, dict) else entries
    return len(head).to_bytes(8, "little") + head + numbers


def one(**changes):
    return {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]} | changes}


def test_names_and_shapes_are_those_of_the_library():
    arrays = {
        "b.c": np.ones((2, 3), np.float32),
        "a": np.zeros(4, np.float32),
        "e": np.zeros((0, 2), np.float32),
    }
    found = read_header(save(arrays, {"format": "pt"}))
    assert found.shapes == {name: array.shape for name, array in arrays.items()}


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (packed(one(dtype="F16")), "float32"),
        (packed(one(dtype="I64"), bytes(8)), "float32"),
        (packed(one(), bytes(7)), "7 are there"),
        (packed(one(), bytes(9)), "9 are there"),
        (packed(one(shape=[3]), bytes(8)), "does not lie where"),
        (packed(one(data_offsets=[4, 12]), bytes(12)), "does not lie where"),
        (packed(one() | {"b": one()["a"]}, bytes(8)), "does not lie where"),
        (packed(one(shape=[1 << 30, 1 << 30, 1 << 30]), bytes(8)), "does not lie where"),
        (packed(one(shape=[-2]), bytes(8)), "cannot be read"),
        (packed(one(shape="2"), bytes(8)), "cannot be read"),
        (packed({"a": 3}), "cannot be read"),
        (packed({}), "1 to 2,000 tensors"),
        (packed(b"{" + b"[" * 5_000), "cannot be read"),
        (packed({f"t{k}": {} for k in range(2_001)}), "1 to 2,000 tensors"),
        (b"", "another kind of file"),
        (b"\xff" * 100, "another kind of file"),
        (packed(b"[]"), "another kind of file"),
        ((1 << 40).to_bytes(8, "little") + b"{", "another kind of file"),
    ],
)  # fmt: skip
def test_what_is_unsound_is_one_sentence(data, match):
    with pytest.raises(CatalogError, match=match):
        read_header(data)


def test_a_file_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(header, "MOST_BYTES", 20)
    with pytest.raises(CatalogError, match="at most"):
        read_header(packed(one(), bytes(8)))


@settings(max_examples=300, deadline=None)
@given(place=st.integers(0, 10**6), byte=st.integers(0, 255), cut=st.integers(0, 40))
def test_changed_and_cut_files_are_read_or_refused_and_never_worse(place, byte, cut):
    data = bytearray(save({"a": np.ones((2, 3), np.float32), "b": np.ones(5, np.float32)}))
    data[place % len(data)] = byte
    data = bytes(data[: len(data) - cut])
    try:
        found = read_header(data)
    except CatalogError:
        return
    arrays = load(data)  # what is let through, the library reads too
    assert found.shapes == {name: array.shape for name, array in arrays.items()}


@pytest.mark.parametrize("kind", ["zip", "pickle", "h5", "npy"])
def test_other_files_are_told_by_their_first_bytes_with_the_line_that_mends_them(tmp_path, kind):
    path = tmp_path / "x.pt"
    if kind == "zip":
        torch.save(Stranger().state_dict(), path)
    else:
        begins = {"pickle": pickle.dumps({"a": 1}), "h5": b"\x89HDF\r\n\x1a\n", "npy": b"\x93NUMPY\1\0"}
        path.write_bytes(begins[kind] + bytes(100))
    with pytest.raises(CatalogError, match="Expected weights as safetensors, got") as error:
        refuse_other_files(path.read_bytes()[:64])
    assert CONVERT in str(error.value)
    told = {"zip": "a zip", "pickle": "a pickle", "h5": "Keras", "npy": "numpy"}
    assert told[kind] in str(error.value)


def test_the_line_in_the_sentence_turns_torchs_file_into_one_that_is_taken(tmp_path):
    module = Stranger("GRU")
    torch.save(module.state_dict(), tmp_path / "x.pt")
    python, *words = shlex.split(CONVERT)
    assert python == "python"
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    data = (tmp_path / "x.safetensors").read_bytes()
    assert read_header(data).shapes == {name: tuple(w.shape) for name, w in module.state_dict().items()}
    arrays = load(data)
    assert all(np.array_equal(arrays[name], w.numpy()) for name, w in module.state_dict().items())
