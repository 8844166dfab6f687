"""De-identified copies of DICOM files, from a list of what may stay."""
