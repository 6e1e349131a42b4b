"""A rule that gave wrong data when it stood in several places stands in one module."""

import ast

from tests.guards.tree import python_files, read

PRODUCT = ("services", "admin", "handlers", "notices", "scheduler", "worker", "bot", "installation", "models")


def test_the_newest_consent_is_found_in_one_module() -> None:
    """A copy that forgets the kind shows a refusal of photographs as a refusal of everything."""
    found = {
        str(path)
        for path in python_files(*PRODUCT)
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node) in {"func.max(Consent.id)", "Consent.id.desc()"}
            or ast.unparse(node).startswith("func.max(Consent.decided_at")
        )
    }
    assert found == {"services/consents/states.py"}
