"""A rule that gave wrong data when it stood in several places stands in one module."""

import ast

from tests.guards.tree import nodes, python_files

PRODUCT = ("services", "admin", "handlers", "notices", "scheduler", "worker", "bot", "installation", "models")


def test_the_newest_consent_is_found_in_one_module() -> None:
    """A copy that forgets the kind shows a refusal of photographs as a refusal of everything."""
    found = {
        str(path)
        for path in python_files(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and (
            ast.unparse(node) in {"func.max(Consent.id)", "Consent.id.desc()"}
            or ast.unparse(node).startswith("func.max(Consent.decided_at")
        )
    }
    assert found == {"services/consents/states.py"}


def test_the_state_of_a_survey_run_is_written_by_its_owners() -> None:
    """Each way to end a run had a rule of its own: half of them left the curator's task open for ever."""
    owners = {"services/surveys/closing.py", "services/surveys/recording.py", "services/surveys/opening.py"}
    states = {"OPEN", "PAUSED", "SENT", "PARTIAL", "EXPIRED"}
    writers = set()
    for path in python_files(*PRODUCT):
        for node in nodes(path):
            values: list[ast.expr] = []
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                if any("run.status" in ast.unparse(target) for target in targets):
                    values.append(node.value)
            if isinstance(node, ast.Call):
                values += [word.value for word in node.keywords if word.arg == "status"]
            found = {ast.unparse(one) for value in values for one in ast.walk(value)}
            if found & {f"SurveyStatus.{name}" for name in states}:
                writers.add(str(path))
    assert writers == owners
