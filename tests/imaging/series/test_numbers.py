"""Patients and series of a set leave imaging as small numbers alone, under a salt of their set."""

import re

import numpy as np
import pytest

from medrnn.imaging.guard import batch as guard
from medrnn.imaging.guard import wire
from medrnn.imaging.series.members import read_member
from medrnn.imaging.series.numbers import UNKNOWN, Numbers
from tests.imaging.made import make_dicom
from tests.imaging.series.test_series import make_slice


def made(**tags):
    return make_dicom(**tags)


def test_files_of_one_patient_get_one_number_as_they_come():
    numbers = Numbers()
    files = [made(PatientID=name) for name in ("B-7", "A-1", "B-7 ", "", "A-1")] + [made()]
    found = [numbers.number(read_member(data, numbers.salt)).patient for data in files]
    assert found == [0, 1, 0, UNKNOWN, 1, UNKNOWN]


def test_the_same_id_of_two_hospitals_is_two_patients():
    numbers = Numbers()
    files = [made(PatientID="1", IssuerOfPatientID=name) for name in ("north", "south", "north")]
    assert [numbers.number(read_member(data, numbers.salt)).patient for data in files] == [0, 1, 0]


def test_no_id_leaves_and_no_hash_is_that_of_another_set():
    data = made(PatientID="Doe-1970", PatientName="Doe")
    one, other = (read_member(data, Numbers().salt) for _ in range(2))
    assert one.patient != other.patient and re.fullmatch("[0-9a-f]{64}", one.patient)
    assert read_member(data).patient == ""  # nobody asked
    numbers = Numbers()
    numbered = numbers.number(read_member(data, numbers.salt))
    head, _ = wire.encode(numbered.study)
    assert "Doe" not in repr(vars(numbered)) + head.decode() + repr(vars(numbers))


def test_slices_of_a_series_are_in_order_of_their_place():
    numbers = Numbers()
    found = [numbers.number(read_member(make_slice(9, z), numbers.salt)) for z in (5.0, 1.0, 3.0)]
    assert [one.series for one in found] == [0, 0, 0]
    assert np.argsort([one.at for one in found]).tolist() == [1, 2, 0]


@pytest.mark.skipif(not guard.IS_AVAILABLE, reason="guarded decoding needs Linux")
def test_the_guarded_child_says_the_same():
    numbers, data = Numbers(), made(PatientID="B-7")
    with guard.Batch() as batch:
        assert batch.perform("read", data, numbers.salt).patient == read_member(data, numbers.salt).patient
