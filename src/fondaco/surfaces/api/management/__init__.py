"""The management API: everything that the pages do, for a program that a person runs with a token of their own."""
