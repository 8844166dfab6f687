"""The lessons: what each teaches, and the numbers behind it. No page, no figure."""
