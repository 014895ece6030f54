"""``python -m fondaco.cli``."""

from fondaco.cli.main import main

main()
