"""Masks, read or drawn, on the image's own grid."""
