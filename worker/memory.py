"""How much memory the worker may take: a job that needs more is refused, the machine stays usable."""

import sys

MOST_BYTES = 768 * 1024 * 1024  # below the ceiling of container and unit, which end the whole process


def limit_memory() -> None:
    """From now on whatever goes beyond the limit raises MemoryError; only Linux counts."""
    if sys.platform != "linux":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = MOST_BYTES if hard == resource.RLIM_INFINITY else min(MOST_BYTES, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))
