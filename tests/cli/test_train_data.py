"""A set that nothing can be learnt from is refused before a folder is made: mended, the same line works."""

import numpy as np

from tests.cli.test_cli import run


def test_a_refused_set_leaves_no_folder(tmp_path):
    images, labels = np.zeros((4, 28, 28), np.uint8), np.array([0, 1, 0, 1])
    parts = {f"{s}_images": images for s in ("train", "val")} | {
        f"{s}_labels": labels for s in ("train", "val")
    }
    parts |= {"train_images": images[:0], "train_labels": labels[:0]}
    np.savez(tmp_path / "own.npz", **parts, test_images=images, test_labels=labels)
    words = ("train", "--preset", "mnist-rnn", "--data", tmp_path / "own.npz", "--out", tmp_path / "out")
    result = run(*words, code=2)
    assert (
        "got none in train (train 0, val 4, test 4)" in result.stderr and len(result.stderr.splitlines()) == 1
    )
    assert not (tmp_path / "out").exists()
