"""How checks are run: their registry, what they are given, what runs them. They themselves are in ``checks``."""
