"""Russian dates, times and lengths as people type them (engineering.md, decision 9; domain.md 6.2).

A closed grammar: what it does not know it does not read; what may mean two things comes back as choices.
"""
