"""De-identified files before others: an anonymizer takes nothing more away, and DCMTK reads them."""

import shutil
import subprocess
import warnings
from functools import partial

import pytest
from pydicom.dataset import Dataset

from medrnn.imaging.deidentify.copy import deidentify
from tests.imaging.deidentify.test_deidentify import SHIPPED, WHEEL, parsed, source
from tests.imaging.planted import planted_file
from tests.markers import marked_file


def leaves(ds: Dataset, path: tuple = ()) -> dict[tuple, str]:
    """Place to value of every element that holds one."""
    found = {}
    for element in ds:
        place = (*path, element.tag)
        if element.VR == "SQ":
            for i, item in enumerate(element.value):
                found |= leaves(item, (*place, i))
        elif element.value not in (None, ""):
            found[place] = str(element.value)
    return found


@pytest.mark.parametrize("edition", ["dicomfields_2023", "dicomfields_2024b", "dicomfields_2026c"])
@pytest.mark.parametrize("name", [*WHEEL, *SHIPPED, "marked"])
def test_what_another_anonymizer_takes_away_is_gone_here_too(name, edition):
    from dicomanonymizer.simpledicomanonymizer import anonymize_dataset, initialize_actions

    data = marked_file()[0] if name == "marked" else source(name)
    theirs = parsed(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # theirs, on values that their dummies do not fit
        anonymize_dataset(theirs, base_rules_gen=partial(initialize_actions, edition))
    old, new = parsed(data), parsed(deidentify(data))
    for before, after, ours in ((old, theirs, new), (old.file_meta, theirs.file_meta, new.file_meta)):
        before, after, ours = leaves(before), leaves(after), leaves(ours)
        changed = {place for place, value in before.items() if after.get(place) != value}
        assert changed
        kept = {place for place in changed if ours.get(place) == before[place]}
        # a class names no one: PS3.15 asks for new instance UIDs in references only
        assert {place for place in kept if place[-1] != 0x00081150} == set()


@pytest.mark.skipif(shutil.which("dcmdump") is None, reason="dcmtk is not installed")
@pytest.mark.parametrize("name", [*WHEEL, *SHIPPED, "planted"])
def test_dcmtk_reads_the_result_without_a_word(tmp_path, name):
    path = tmp_path / "made.dcm"
    path.write_bytes(deidentify(planted_file() if name == "planted" else source(name)))
    said = subprocess.run(["dcmdump", str(path)], capture_output=True, text=True, timeout=60)
    assert (said.returncode, said.stderr) == (0, "")
    assert "PatientIdentityRemoved" in said.stdout
