"""Writes the pages of ``docs/reference`` that list what is in the code. ``python -m tools.reference``."""
