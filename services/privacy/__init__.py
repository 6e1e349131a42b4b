"""What the operator owes people whose data it holds: deadlines, erasure, acts (domain.md 2.3)."""
