"""DICOM: from bytes to a Study."""
