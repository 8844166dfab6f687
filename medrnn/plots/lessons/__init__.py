"""The figures of the lessons, a module each: record in, ``go.Figure`` out."""
