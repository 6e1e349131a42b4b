"""The only description of stored data. Importing the package makes every table known to `Base.metadata`."""

from models import (
    accounts,
    audit,
    consents,
    drafts,
    installation,
    jobs,
    meetings,
    messages,
    pairs,
    people,
    programmes,
    surveys,
    tasks,
)

__all__ = [
    "accounts",
    "audit",
    "consents",
    "drafts",
    "installation",
    "jobs",
    "meetings",
    "messages",
    "pairs",
    "people",
    "programmes",
    "surveys",
    "tasks",
]
