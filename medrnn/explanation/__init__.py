"""What a network let in, kept and showed, and which pixels moved its answer."""
