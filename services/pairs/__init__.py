"""Pairs: from a curator's draft to the end of the work (A17; states: docs/design.md#contracts)."""
