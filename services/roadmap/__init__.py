"""The roadmap that drives itself: plans, actual dates, evidence, reminders, the Monday digest (A14, E18)."""
