"""What a person writes about a meeting: a card that waits for one tap (issue 3, point 1; domain.md 6.2)."""
