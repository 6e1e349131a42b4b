"""Meetings of a pair: proposed, planned, held and logged (A18, B14; DC18)."""
