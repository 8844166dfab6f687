"""Canvas components (Components v2): HTML, CSS and JavaScript beside a Python file each, no build step, no network."""
