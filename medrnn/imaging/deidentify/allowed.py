"""What a de-identified file may hold: every attribute that is copied, with the check of its value.

An attribute that stands in no table here does not exist for the writer.
"""

from collections.abc import Mapping
from itertools import permutations

from medrnn.imaging.deidentify.rules import (
    LookupTables,
    NewUID,
    Numbers,
    Pointers,
    RegisteredUID,
    Rule,
    Words,
)
from medrnn.imaging.dicom.compression import METHODS
from medrnn.imaging.dicom.privacy import KNOWN, NUMBERS

_Rules = Mapping[str, Rule]
MANY = 1 << 16  # values of a vector with one a frame
SHORT = 0x1FFF  # of a 16-bit number that is no sample: two printable characters make a larger one
LARGEST = 1e30  # as the reader: values are float32 at most


def _count(high: int = 99_999, least: int = 1, most: int = 1) -> Numbers:
    return Numbers(0, high, least, most, is_whole=True)


def _amount(high: float) -> Numbers:
    return Numbers(0, high)


_LENGTH = Numbers(-1e6, 1e6)  # mm
_VALUE = Numbers(-LARGEST, LARGEST, most=64, is_cut=True)
_PIXELS = Numbers(-99_999, 99_999, is_whole=True)
_YES_NO = Words({"YES", "NO"})
_DIRECTIONS = {
    "".join(p)
    for n in (1, 2, 3)
    for p in permutations("APLRHF", n)
    if not any(p.count(a) + p.count(b) > 1 for a, b in ("AP", "LR", "HF"))
}
_IMAGE_TYPE = Words(
    {
        "ORIGINAL", "DERIVED", "MIXED", "PRIMARY", "SECONDARY", "AXIAL", "LOCALIZER", "MPR", "MIP", "VOLUME", "OTHER",
        "PROJECTION IMAGE", "PROJECTION", "SINGLE PLANE", "BIPLANE A", "BIPLANE B", "TOMO", "TOMOSYNTHESIS",
        "WHOLE BODY", "STATIC", "DYNAMIC", "GATED", "GATED TOMO", "RECON TOMO", "RECON GATED TOMO", "EMISSION",
        "TRANSMISSION", "M", "P", "R", "I", "NORM", "DIS2D", "DIS3D", "ND", "FFE", "SE", "M_SE", "M_IR", "M_FFE",
        "M_FE", "IR", "DIFFUSION", "ADC", "TRACEW", "FA", "T1", "T2", "T2_STAR", "T1_MAP", "T2_MAP", "PERFUSION",
        "ANGIO", "TOF", "NONE", "SUBTRACTION", "RESAMPLED", "ADDITION", "AVERAGE", "MAXIMUM", "MINIMUM", "PORTAL",
        "SIMULATOR", "DRR", "RADIOGRAPH", "REFORMATTED", "ATTENUATION", "CBF", "CBV", "MTT", "TTP",
    },
    most=16,
)  # fmt: skip

_REFERENCE: _Rules = {"ReferencedSOPClassUID": RegisteredUID(), "ReferencedSOPInstanceUID": NewUID()}
_MEASURES = {
    "PixelSpacing": Numbers(1e-30, LARGEST, 2, 2),
    "ImagerPixelSpacing": Numbers(1e-30, LARGEST, 2, 2),
    "NominalScannedPixelSpacing": Numbers(1e-30, LARGEST, 2, 2),
    "PixelAspectRatio": Numbers(1, SHORT, 2, 2, is_whole=True),
    "SliceThickness": _amount(1000),
    "SpacingBetweenSlices": Numbers(-1000, 1000),
}
_PLANE = {
    "ImagePositionPatient": Numbers(-1e6, 1e6, 3, 3),
    "ImageOrientationPatient": Numbers(-1e6, 1e6, 6, 6),
}
_VOI: _Rules = {
    "WindowCenter": _VALUE,
    "WindowWidth": _VALUE,
    "VOILUTFunction": Words({"LINEAR", "LINEAR_EXACT", "SIGMOID"}),
    "VOILUTSequence": LookupTables(),
}
_RESCALE = {
    # slope and intercept are written as a pair by deidentify.py; an unknown type is not the same as none
    "RescaleType": Words({"HU", "US", "OD", "HU_MOD", "MGML", "Z_EFF", "ED", "EDW", "PCT"}, otherwise="US")
}
_NUMBERS = {
    keyword: Numbers(low, high)
    for keyword, (_, low, high) in NUMBERS.items()
    if not keyword.startswith("Bits")
}
_XRAY: _Rules = {
    "ExposureTime": _count(),
    "XRayTubeCurrent": _count(),
    "ExposureInuAs": _count(9_999_999),
    "ExposureTimeInuS": _amount(9_999_999),
    "XRayTubeCurrentInuA": _amount(9_999_999),
    "DistanceSourceToDetector": _amount(10_000),
    "DistanceSourceToPatient": _amount(10_000),
    "EstimatedRadiographicMagnificationFactor": _amount(100),
    "GantryDetectorTilt": Numbers(-180, 180),
    "DataCollectionDiameter": _amount(10_000),
    "ReconstructionDiameter": _amount(10_000),
    "PositionerPrimaryAngle": Numbers(-360, 360),
    "PositionerSecondaryAngle": Numbers(-360, 360),
    "PixelIntensityRelationship": Words({"LIN", "LOG", "DISP", "OTHER"}),
    "PixelIntensityRelationshipSign": Numbers(-1, 1, is_whole=True),
    "PresentationIntentType": Words({"FOR PRESENTATION", "FOR PROCESSING"}),
}
_MR: _Rules = {
    "InversionTime": _amount(100_000),
    "EchoTrainLength": _count(),
    "EchoNumbers": _count(most=64),
    "NumberOfAverages": _amount(10_000),
    "ImagingFrequency": _amount(10_000),
    "ImagedNucleus": Words({"1H", "3HE", "7LI", "13C", "19F", "23NA", "31P", "129XE"}),
    "PixelBandwidth": _amount(9_999_999),
    "PercentSampling": _amount(1000),
    "PercentPhaseFieldOfView": _amount(1000),
    "AcquisitionMatrix": _count(SHORT, 4, 4),
    "MRAcquisitionType": Words({"1D", "2D", "3D"}),
    "ScanningSequence": Words({"SE", "IR", "GR", "EP", "RM"}, most=5),
    "SequenceVariant": Words({"SK", "MTC", "SS", "TRSS", "SP", "MP", "OSP", "TOF", "NONE"}, most=9),
    "InPlanePhaseEncodingDirection": Words({"ROW", "COL"}),
    "DiffusionBValue": _amount(100_000),
    "TemporalPositionIdentifier": _count(),
    "NumberOfTemporalPositions": _count(),
}
_CINE = {
    "FrameTime": _amount(9_999_999),
    "FrameTimeVector": Numbers(0, 9_999_999, most=MANY),
    "CineRate": _count(),
    "RecommendedDisplayFrameRate": _count(),
    "EnergyWindowVector": _count(SHORT, most=MANY),
    "DetectorVector": _count(SHORT, most=MANY),
    "PhaseVector": _count(SHORT, most=MANY),
    "RotationVector": _count(SHORT, most=MANY),
    "SliceVector": _count(SHORT, most=MANY),
    "TimeSliceVector": _count(SHORT, most=MANY),
    "NumberOfSlices": _count(SHORT),
}
_DOSE: _Rules = {
    "DoseUnits": Words({"GY", "RELATIVE"}),
    "DoseType": Words({"PHYSICAL", "EFFECTIVE", "ERROR"}),
    "DoseSummationType": Words({"PLAN", "MULTI_PLAN", "FRACTION", "BEAM", "BRACHY", "CONTROL_POINT"}),
    "DoseGridScaling": Numbers(-LARGEST, LARGEST),
    "GridFrameOffsetVector": Numbers(-1e6, 1e6, most=MANY),
}
_PET = {"Units": Words({"CNTS", "NONE", "CM2", "PCNT", "CPS", "BQML", "GML", "PROPCNTS", "PROPCPS", "1CM"})}
_REGION = {
    **dict.fromkeys(
        ("RegionSpatialFormat", "RegionDataType", "PhysicalUnitsXDirection", "PhysicalUnitsYDirection"), _count(SHORT)
    ),
    "RegionFlags": _count(),
    **dict.fromkeys(
        ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1"), _count()
    ),
    **dict.fromkeys(("ReferencePixelX0", "ReferencePixelY0"), _PIXELS),
    **dict.fromkeys(
        ("PhysicalDeltaX", "PhysicalDeltaY", "ReferencePixelPhysicalValueX", "ReferencePixelPhysicalValueY"), _LENGTH
    ),
}  # fmt: skip
_FRAME_TYPE: _Rules = {
    "FrameType": _IMAGE_TYPE,
    "PixelPresentation": Words({"MONOCHROME", "COLOR", "MIXED", "TRUE_COLOR"}),
    "VolumetricProperties": Words({"VOLUME", "SAMPLED", "DISTORTED", "MIXED"}),
    "VolumeBasedCalculationTechnique": Words(
        {"NONE", "MAX_IP", "MIN_IP", "VOLUME_RENDER", "SURFACE_RENDER", "MPR"}
    ),
}
_GROUP: Mapping[str, _Rules] = {
    "PixelMeasuresSequence": _MEASURES,
    "PlanePositionSequence": _PLANE,
    "PlaneOrientationSequence": _PLANE,
    "FrameVOILUTSequence": _VOI,
    "PixelValueTransformationSequence": _RESCALE,
    "FrameContentSequence": {
        "StackID": _count(),
        "InStackPositionNumber": _count(),
        "FrameAcquisitionNumber": _count(SHORT),
        "TemporalPositionIndex": _count(),
        "DimensionIndexValues": _count(most=64),
    },
    "FrameAnatomySequence": {"FrameLaterality": Words({"R", "L", "U", "B"})},
    "MRImageFrameTypeSequence": _FRAME_TYPE,
    "CTImageFrameTypeSequence": _FRAME_TYPE,
    "MRTimingAndRelatedParametersSequence": {**_NUMBERS, "EchoTrainLength": _count()},
    "MREchoSequence": {"EffectiveEchoTime": _amount(100_000)},
    "MRDiffusionSequence": {"DiffusionBValue": _amount(100_000)},
    "CTXRayDetailsSequence": _NUMBERS,
    "CTExposureSequence": {
        "ExposureTimeInms": _amount(9_999_999),
        "XRayTubeCurrentInmA": _amount(99_999),
        "ExposureInmAs": _amount(99_999),
    },
}

ALLOWED: _Rules = {
    "StudyInstanceUID": NewUID(),
    "SeriesInstanceUID": NewUID(),
    "SOPInstanceUID": NewUID(),
    "FrameOfReferenceUID": NewUID(),
    "Modality": Words(KNOWN["Modality"], otherwise="OT"),
    "BodyPartExamined": Words(KNOWN["BodyPartExamined"]),
    "ViewPosition": Words(KNOWN["ViewPosition"]),
    "Laterality": Words(KNOWN["Laterality"]),
    "ImageLaterality": Words({"R", "L", "U", "B"}),
    "PatientPosition": Words(KNOWN["PatientPosition"]),
    "PatientOrientation": Words(_DIRECTIONS, 2, 2),
    "ImageType": _IMAGE_TYPE,
    "ConversionType": Words({"DV", "DI", "DF", "WSD", "SD", "SI", "DRW", "SYN"}),
    "BurnedInAnnotation": _YES_NO,
    "RecognizableVisualFeatures": _YES_NO,
    "InstanceNumber": _count(),
    "SeriesNumber": _count(),
    "AcquisitionNumber": _count(),
    "LossyImageCompressionRatio": Numbers(0, 99_999, most=8),
    "LossyImageCompressionMethod": Words(set(METHODS), most=8),
    "ModalityLUTSequence": LookupTables(),
    "SliceLocation": _LENGTH,
    **_MEASURES,
    **_PLANE,
    **_VOI,
    **_RESCALE,
    **_NUMBERS,
    **_XRAY,
    **_MR,
    **_CINE,
    "FrameIncrementPointer": Pointers(set(_CINE)),
    **_DOSE,
    **_PET,
    "ReferencedImageSequence": _REFERENCE,
    "SourceImageSequence": _REFERENCE,
    "SequenceOfUltrasoundRegions": _REGION,
    "DimensionOrganizationType": Words({"3D", "3D_TEMPORAL", "TILED_FULL", "TILED_SPARSE"}),
    "DimensionOrganizationSequence": {"DimensionOrganizationUID": NewUID()},
    "DimensionIndexSequence": {
        "DimensionOrganizationUID": NewUID(),
        "DimensionIndexPointer": Pointers({keyword for macro in _GROUP.values() for keyword in macro}),
        "FunctionalGroupPointer": Pointers(set(_GROUP)),
    },
    "SharedFunctionalGroupsSequence": _GROUP,
    "PerFrameFunctionalGroupsSequence": _GROUP,
}
EMPTY = (  # type 2 attributes of the modules that every image has (PS3.3 C.7), where nothing better passed
    "StudyDate", "StudyTime", "AccessionNumber", "ReferringPhysicianName", "PatientID", "PatientBirthDate",
    "PatientSex", "StudyID", "SeriesNumber", "InstanceNumber", "Manufacturer",
)  # fmt: skip
