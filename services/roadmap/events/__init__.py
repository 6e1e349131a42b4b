"""Events: planned, guests invited and answering, attendance, minutes, materials (A33, C15, C33, C34, D15)."""
