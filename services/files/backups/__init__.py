"""Backups of a whole installation: made while it runs, checked when they are put back."""
