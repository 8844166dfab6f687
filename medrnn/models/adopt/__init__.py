"""Weights from elsewhere: what a safetensors file holds, and which network that is, by names and shapes alone."""
