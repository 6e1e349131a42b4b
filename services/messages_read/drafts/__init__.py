"""What a person writes about a meeting: a card that waits for one tap (docs/domain.md#meeting-messages)."""
