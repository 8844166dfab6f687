"""A small disk of its own that can be filled or made read-only: a tmpfs, where this machine lets tests mount one."""

import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mount(*words):
    return subprocess.run(["mount", *words], capture_output=True, text=True)


class Disk:
    """A mounted tmpfs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def resize(self, kilobytes: int) -> None:
        assert _mount("-o", f"remount,size={kilobytes}k", str(self.folder)).returncode == 0

    def fill(self) -> None:
        """Take every byte that is left."""
        with (self.folder / ".ballast").open("ab", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(4096))
            except OSError:
                pass

    def free(self) -> None:
        (self.folder / ".ballast").unlink()

    def read_only(self) -> None:
        assert _mount("-o", "remount,ro", str(self.folder)).returncode == 0


@contextmanager
def small_disk(folder: Path, kilobytes: int = 4096):
    """A disk at a new folder.

    Where nothing may be mounted the test is skipped with the reason.
    """
    folder.mkdir(parents=True)
    done = _mount("-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder))
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)
