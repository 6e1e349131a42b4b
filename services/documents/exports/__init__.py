"""Exports of thirteen tables as JSON, CSV or a workbook: streamed, and each says what it is.

See docs/domain.md#documents.
"""
