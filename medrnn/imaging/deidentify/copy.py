"""A DICOM file without the person: a new data set, written from an allow list (PS3.15 Annex E, Basic Profile).

Nothing is deleted from the old data set; what ``allowed.py`` names is checked and copied into an empty one. Pixels are
written uncompressed from the decoded samples, YBR as RGB, so that no comment in a compressed stream, no overlay in an
unused bit and no byte behind the last pixel passes. Text that is part of the picture stays in the picture.
"""

import hashlib
import hmac
import io
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydicom import uid
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence

from medrnn.errors import ConfigError, ImageError
from medrnn.imaging import read
from medrnn.imaging.buffers import Data
from medrnn.imaging.deidentify import native
from medrnn.imaging.deidentify.allowed import ALLOWED, EMPTY
from medrnn.imaging.deidentify.rules import LookupTables, NewUID, RegisteredUID, Rule
from medrnn.imaging.dicom import commas
from medrnn.imaging.dicom.elements import uid_name, value_of
from medrnn.imaging.dicom.parsing import BROKEN, parse
from medrnn.imaging.dicom.planes import as_filed
from medrnn.imaging.dicom.scale import SPACINGS
from medrnn.imaging.limits import damage
from medrnn.imaging.silence import silenced
from medrnn.types import Study

SALT_BYTES = 16  # at least
METHOD = "medrnn: allow list after PS3.15 Annex E, Basic Profile"
_TEXT = ("AE", "CS", "LO", "SH")
_IDENTITY = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


@dataclass(frozen=True)
class _Copier:
    """How one file is copied: its UIDs, its byte order, and what its reader found no sense in."""

    salt: bytes
    is_little: bool
    without: tuple[str, ...] = ()

    def new_uid(self, old: str) -> str:
        """2.25 and the integer of a UUID made from the keyed hash (PS3.5 B.2); there is no way back."""
        digest = hmac.new(self.salt, old.encode(), hashlib.sha256).digest()
        return f"2.25.{uuid.UUID(bytes=digest[:16], version=4).int}"

    def copy(self, old: Dataset, rules: Mapping[str, Rule]) -> Dataset:
        """A new data set with what passes of ``old``."""
        new = Dataset()
        for keyword, rule in rules.items():
            value = value_of(old, keyword) if keyword in old and keyword not in self.without else None
            if value is not None:
                self._add(new, keyword, rule, value)
        if "RescaleType" in rules:
            native.write_rescale(new, old)
        return new

    def _add(self, new: Dataset, keyword: str, rule: Rule, value: Any) -> None:
        if isinstance(rule, Mapping | LookupTables):
            items = self._items(rule, value)
            if items:
                new.add_new(keyword, "SQ", Sequence(items))
        elif isinstance(rule, NewUID | RegisteredUID):
            name = str(value).strip(" \0")
            if isinstance(rule, NewUID) and name:
                new.add_new(keyword, "UI", self.new_uid(name))
            elif isinstance(rule, RegisteredUID) and uid_name(name):
                new.add_new(keyword, "UI", name)
        else:
            passed = rule.passed(value)
            if passed is not None:
                _write(new, keyword, passed)

    def _items(self, rule: Mapping[str, Rule] | LookupTables, value: Any) -> list[Dataset]:
        """As many items as there were, some of them empty: an item of its own outweighs a shared one."""
        if not isinstance(value, Sequence):
            return []
        if isinstance(rule, LookupTables):
            tables = [native.copy_table(item, self.is_little) for item in value]
            return tables if any(map(len, tables)) else []
        return [self.copy(item, rule) for item in value]


def _write(new: Dataset, keyword: str, values: list[Any]) -> None:
    """Values that passed, in the VR of the standard."""
    kind = dictionary_VR(keyword)
    if kind == "DS":
        new.add(native.decimals(keyword, values))
        return
    values = [str(v) for v in values] if kind in _TEXT else values
    new.add_new(keyword, kind, values if len(values) > 1 else values[0])


def _sop_class(old: Dataset) -> str:
    """The registered class of the object; Secondary Capture where it is private or unknown."""
    for value in (value_of(old, "SOPClassUID"), value_of(old.file_meta, "MediaStorageSOPClassUID")):
        if uid_name(value) and uid.UID(str(value)).type == "SOP Class":
            return str(value)
    return uid.SecondaryCaptureImageStorage


def _say_how(new: Dataset) -> None:
    """That the file is de-identified, and after which profile (PS3.15 E.1.1, PS3.16 CID 7050)."""
    method = Dataset()
    method.CodeValue, method.CodingSchemeDesignator = "113100", "DCM"
    method.CodeMeaning = "Basic Application Confidentiality Profile"
    new.PatientIdentityRemoved = "YES"
    new.DeidentificationMethod = METHOD
    new.DeidentificationMethodCodeSequence = Sequence([method])
    new.LongitudinalTemporalInformationModified = "REMOVED"


def _fill(new: Dataset, old: Dataset) -> None:
    """What every image must have (PS3.3 C.7): empty, or a fixed dummy."""
    new.SOPClassUID = _sop_class(old)
    new.PatientName = "ANONYMOUS"
    if "Modality" not in new:
        new.Modality = "OT"
    if "FrameOfReferenceUID" in new:
        new.PositionReferenceIndicator = ""
    for keyword in EMPTY:
        if keyword not in new:
            setattr(new, keyword, None)


def _build(old: Dataset, study: Study, salt: bytes) -> Dataset:
    commas.mend(old)
    without = tuple(SPACINGS) if study.spacing_mm is None else ()
    copier = _Copier(salt, bool(old.original_encoding[1]), without)
    new = copier.copy(old, ALLOWED)
    for keyword in _IDENTITY:
        if keyword not in new:
            new.add_new(keyword, "UI", copier.new_uid(f"{keyword} of {study.key}"))
    if any(step.name == "modality-lut" for step in study.applied) and "ModalityLUTSequence" not in new:
        raise ImageError(BROKEN)
    native.write_samples(new, old, as_filed(study, old))
    native.write_shape(new, old, study)
    native.write_padding(new, old)
    native.write_float_padding(new, study)
    if new.PhotometricInterpretation == "PALETTE COLOR":
        native.write_palette(new, old)
    _fill(new, old)
    _say_how(new)
    return new


def _to_bytes(new: Dataset) -> bytes:
    """A file of its own: empty preamble, new meta, Explicit VR Little Endian (PS3.10 7.1)."""
    new.preamble, new.file_meta = bytes(128), FileMetaDataset()
    new.file_meta.MediaStorageSOPClassUID = new.SOPClassUID
    new.file_meta.MediaStorageSOPInstanceUID = new.SOPInstanceUID
    new.file_meta.TransferSyntaxUID = uid.ExplicitVRLittleEndian
    file = io.BytesIO()
    new.save_as(file, enforce_file_format=True)
    return file.getvalue()


def deidentify(data: Data, *, salt: bytes | None = None) -> bytes:
    """Write a DICOM file anew without anything that names a person, a place, a device or a time.

    The result reads as the same samples, values, window, polarity, padding, colours and spacing. It is uncompressed
    whatever came in. Only the header is cleaned: words or a face within the picture stay there, and
    ``BurnedInAnnotation`` says YES or NO only where the file did.

    Args:
        data: a DICOM file that ``medrnn.imaging.read`` accepts.
        salt: at least 16 secret bytes. The same UID becomes the same new UID under the same salt; by default a fresh
            one for this file, kept nowhere.

    Returns:
        the new file.

    Raises:
        ImageError: no DICOM file, or one that cannot be read.
        ConfigError: the salt is too short.
    """
    if salt is not None and len(salt) < SALT_BYTES:
        raise ConfigError(
            f"Expected a salt of at least {SALT_BYTES} bytes, got {len(salt)}. Take random ones."
        )
    study = read(data)
    if study.kind != "DICOM":
        raise ImageError(f"Expected a DICOM file, got {study.kind}. Only DICOM files are de-identified.")
    with silenced():
        try:
            return _to_bytes(_build(parse(data), study, salt or secrets.token_bytes(32)))
        except ImageError:
            raise
        except Exception as error:  # lazily parsed elements raise where they are first read
            raise damage(error, BROKEN) from None


def deidentify_with(data: Data, salt: str) -> bytes:
    """One of several files that belong together: ``deidentify`` with a salt in hexadecimal figures."""
    return deidentify(data, salt=bytes.fromhex(salt))


def deidentify_all(files: Iterable[bytes]) -> list[bytes | ImageError]:
    """De-identify files that belong together: the same UID becomes the same new UID in all of them.

    Args:
        files: whole files, each as for ``deidentify``.

    Returns:
        for each file, in order, the new one or why there is none. The salt is lost, so a later export cannot be
        matched with this one.
    """
    salt = secrets.token_bytes(32)
    made: list[bytes | ImageError] = []
    for data in files:
        try:
            made.append(deidentify(data, salt=salt))
        except ImageError as wrong:
            made.append(wrong)
    return made
