"""Every other kind of file: PNG, JPEG, TIFF, NIfTI, zip."""
