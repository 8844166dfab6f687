"""Files of a series become one volume."""
