"""An index of the states over a data set, and what reads it: units, matching, trajectories."""
