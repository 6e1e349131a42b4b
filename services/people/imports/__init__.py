"""Import of the list of staff that every school has: checked first, written only when applied (A22)."""
