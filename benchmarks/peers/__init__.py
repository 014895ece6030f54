"""What we measure ourselves against, where it needs a program of its own."""
