"""Exports of eleven tables as JSON, CSV or a workbook: streamed, and each says what it is (domain.md 4)."""
