"""``fondaco.toml``: one app and one version of it, written down in a folder.

It needs neither Django nor a house: what it holds is judged by its form alone, and what only a house can know (free
names, scopes, categories) is left to the house.
"""

from fondaco.cli.manifest.content import Content, Picture, Plans
from fondaco.cli.manifest.problems import ManifestRefused, Problem
from fondaco.cli.manifest.project import FILE_NAME, Project, open_project
from fondaco.cli.manifest.shapes import Manifest

__all__ = [
    "FILE_NAME",
    "Content",
    "Manifest",
    "ManifestRefused",
    "Picture",
    "Plans",
    "Problem",
    "Project",
    "open_project",
]
