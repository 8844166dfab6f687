"""Layer-wise relevance: the score of a class handed back, layer by layer, until it lies on the pixels."""
