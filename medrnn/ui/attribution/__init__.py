"""Page Map: maps of one answer beside each other, and the evidence for each."""
