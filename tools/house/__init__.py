"""The house rules that no ready-made linter knows. ``python -m tools.house`` runs them all."""
