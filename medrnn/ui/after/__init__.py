"""How good a model is: the same figures below a finished run and below a card."""
