"""Scores of a programme: the nine criteria, satisfaction by side, meetings held against planned."""
