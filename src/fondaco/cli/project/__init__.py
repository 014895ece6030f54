"""``fondaco app``: a folder with a ``fondaco.toml`` on one side, a house on the other, the management API between."""
