"""What the operator owes people whose data it holds: deadlines, erasure, acts.

See docs/domain.md#personal-data.
"""
