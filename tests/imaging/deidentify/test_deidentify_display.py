"""A de-identified file is shown and measured as before, also where its header makes no sense."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from medrnn.imaging.deidentify.allowed import ALLOWED
from medrnn.imaging.deidentify.copy import deidentify
from medrnn.imaging.deidentify.rules import Numbers
from tests.imaging.deidentify.test_deidentify import parsed
from tests.imaging.dicom.test_values import FRAMES, group, transformation
from tests.imaging.made import RAMP, make_dataset, make_dicom, set_raw, to_bytes
from tests.imaging.planted import WORD, leaks
from tests.imaging.same import roundtrip


@pytest.mark.parametrize("slope", [b"nan ", b"0 ", b"1e99", WORD, b"", b"2 ", b"0.12345678901234567890"])
def test_a_senseless_slope_stays_without_effect(slope):
    ds = make_dataset(Modality="CT", RescaleIntercept=-1024)
    set_raw(ds, "RescaleSlope", slope)
    roundtrip(to_bytes(ds))


@pytest.mark.parametrize(
    ("modality", "kind"), [("CT", "ZZMARKER"), ("CT", "HU"), ("ct", None), ("CT", ""), ("MR", "OD")]
)
def test_the_unit_is_not_made_up(modality, kind):
    tags = {} if kind is None else {"RescaleType": kind}
    roundtrip(make_dicom(Modality=modality, RescaleSlope=1, RescaleIntercept=-5, **tags))


def test_groups_of_frames_hold_as_before():
    shared = transformation(2, -7)
    shared.FrameVOILUTSequence = Sequence([group(WindowCenter=[60, 70], WindowWidth=[80, 90])])
    shared.PixelMeasuresSequence = Sequence([group(PixelSpacing=[0.1, 1 / 3], SliceThickness=2)])
    own = [transformation(slope, 2, "US") for slope in (1, 0.1, 1 / 3)]
    own[1].FrameVOILUTSequence = Sequence([Dataset()])
    tags = {"WindowCenter": 1, "WindowWidth": 2, "SharedFunctionalGroupsSequence": Sequence([shared])}
    roundtrip(make_dicom(FRAMES, 3, **tags))
    roundtrip(make_dicom(FRAMES, 3, PerFrameFunctionalGroupsSequence=Sequence(own), **tags))
    roundtrip(make_dicom(FRAMES, 3, PerFrameFunctionalGroupsSequence=Sequence(own[1:] + own[:1]), **tags))


@pytest.mark.parametrize("bad", ["0\\1", "1", WORD.decode(), ""])
def test_a_senseless_spacing_is_not_replaced_by_another(bad):
    ds = make_dataset(ImagerPixelSpacing=[0.2, 0.2])
    set_raw(ds, "PixelSpacing", bad.encode())
    roundtrip(to_bytes(ds))


@pytest.mark.parametrize("function", ["SIGMOID", "sigmoid ", "LINEAR_EXACT", "ZZMARKER"])
@pytest.mark.parametrize("width", ["40.5", "80\\ZZ", "80\\1e99", "0", "ZZMARKER", "3\\4"])
def test_the_window_is_read_as_before(width, function):
    ds = make_dataset(WindowCenter="12.25", VOILUTFunction=function)
    set_raw(ds, "WindowWidth", width.encode())
    assert leaks(deidentify(to_bytes(ds))) == []
    roundtrip(to_bytes(ds))


def test_every_number_of_a_rule_fits_its_representation():
    rules = {keyword: rule for keyword, rule in ALLOWED.items() if isinstance(rule, Numbers)}
    assert len(rules) > 50
    for end in ("low", "high"):
        ends = {k: int(getattr(r, end)) if r.is_whole else getattr(r, end) for k, r in rules.items()}
        ds = make_dataset(**{k: v if rules[k].least == 1 else [v] * rules[k].least for k, v in ends.items()})
        made = parsed(deidentify(to_bytes(ds)))
        assert set(rules) - {e.keyword for e in made} <= {
            "PixelSpacing",
            "ImagerPixelSpacing",
        }  # no size in mm
        for keyword, value in ends.items():
            found = made.get(keyword, value)
            assert np.all(np.asarray(found, np.float64) == value), keyword


@pytest.mark.parametrize(("array", "kind"), [(RAMP, "US"), (RAMP.astype(np.int16), "SS")])
def test_padding_has_the_sign_of_the_samples(array, kind):
    made = parsed(deidentify(make_dicom(array, PixelPaddingValue=7)))
    assert (made["PixelPaddingValue"].VR, made.PixelPaddingValue) == (kind, 7)


@pytest.mark.parametrize("text", [".123456789012345", "-.12345678901234", "1234567890123456"])
def test_sixteen_characters_of_a_decimal_string_stay_sixteen(text):
    made = parsed(deidentify(make_dicom(RescaleSlope=1, RescaleIntercept=text)))
    assert str(made.RescaleIntercept) == text
