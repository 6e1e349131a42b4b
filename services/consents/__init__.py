"""The consent ledger: each consent its own document, its own decision, its own evidence (A49, D5, D7)."""
