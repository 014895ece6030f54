"""The checks, one module each. A new one is a new file here: it is found, listed in the reference, and run."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
