"""Russian dates, times and lengths as people type them.

See docs/design.md#dates; docs/domain.md#meeting-messages.

A closed grammar: what it does not know it does not read; what may mean two things comes back as choices.
"""
