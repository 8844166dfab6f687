"""Gates and states of a recurrent module at every step."""
