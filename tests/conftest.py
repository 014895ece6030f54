"""Shared by every ring. The database itself comes from tests/plugin_postgres.py, before Django's settings are read."""

from __future__ import annotations
