"""Loaded by every Python under tools/moments.py: sleeping that libfaketime does not break.

CPython sleeps until a moment of the monotonic clock, which libfaketime 0.9.10 compares with the moved clock
even where it is told to leave the monotonic one alone: the call is refused (EINVAL). Waiting for no file
does the same.
"""

import select
import time
from typing import SupportsIndex


def sleep(seconds: float | SupportsIndex, /) -> None:
    """Wait so many seconds. Raises ValueError for fewer than none."""
    length = float(seconds)
    if length < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], length)


time.sleep = sleep
