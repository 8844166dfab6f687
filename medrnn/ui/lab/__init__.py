"""The memory laboratory: closer looks at what a network did with the image in view."""
