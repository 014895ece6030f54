"""Measurements of the product against peers on the same machine in the same run. See README.md."""
