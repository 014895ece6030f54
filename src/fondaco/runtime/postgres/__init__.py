"""A PostgreSQL of our own for machines that have none: found, initialised once, supervised, never left behind."""

from fondaco.runtime.postgres.server import EmbeddedServer

__all__ = ["EmbeddedServer"]
