"""A fault as the log may tell it: an error's own words may quote what a person wrote."""

DEPTH = 6


def where(error: Exception) -> str:
    """Files and lines, the innermost first."""
    lines = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        lines.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return " < ".join(reversed(lines[-DEPTH:]))
