"""What is written down to be kept: one file that opens by itself."""
