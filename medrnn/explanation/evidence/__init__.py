"""Does a map say what the network does? One module a kind of evidence, its verdicts, and all of it in one call."""
