"""What a visitor opens: uploads, the viewer and what is beside it."""
