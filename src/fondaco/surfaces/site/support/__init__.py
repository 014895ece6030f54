"""Tickets on pages: what console, portal and backoffice have in common."""
