"""A rule that gave wrong data when it stood in several places stands in one module."""

import ast
import re
from itertools import pairwise
from pathlib import Path
from typing import get_args

from services.dates.readings import LONGEST_USUAL_MINUTES
from services.programmes.regulations import Indicator, Occasion
from tests.guards.tree import nodes, python_files, tracked

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


READERS_OF_ANSWERS = {
    # gives answers to whoever shows them, and withholds
    "services/surveys/reading.py",
    # the runner: what a respondent answers, and whether it is whole
    "services/surveys/closing.py",
    "services/surveys/recording.py",
    "services/surveys/steps.py",
    # what a curator may know without an answer: how many, and since when
    "services/surveys/reminders.py",
    "services/surveys/waves.py",
    # the author's own answers with their history
    "services/surveys/own.py",
    # a sheet of another account is dropped
    "services/surveys/forms.py",
    # means and sheets of the nine criteria
    "services/results/ratings.py",
    "services/results/sheets.py",
    # which questions of a survey were answered at all
    "services/roadmap/upgrades.py",
    # destroys them, and counts what will be destroyed
    "services/privacy/erasing.py",
    "services/privacy/erasures.py",
    "services/privacy/traces.py",
}


def test_answers_reach_a_reader_through_the_module_that_withholds() -> None:
    """A page that reads answers by itself forgets what was promised under the question."""
    found = {
        str(path)
        for path in python_files(*PRODUCT)
        if path.parts[0] != "models"
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom)
        and node.module == "models.surveys"
        and any(name.name == "Answer" for name in node.names)
    }
    assert found <= READERS_OF_ANSWERS, "take answers from services/surveys/reading.py"
    describing = {
        str(path)
        for path in python_files(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and any(name.name == "describe" for name in node.names)
    }
    # the chat repeats to its owner what they have just answered
    own = {"handlers/surveys.py", "handlers/survey_screens.py", "services/programmes/answers.py"}
    assert describing <= {"services/surveys/reading.py", *own}


def written(path: Path, *names: str) -> bool:
    """Whether a module assigns to an attribute of one of these names, or gives a value to it in a call."""
    for node in nodes(path):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and node.attr in names:
            return True
        is_values = isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".values", "Meeting"))
        if is_values and isinstance(node, ast.Call) and {word.arg for word in node.keywords} & {*names}:
            return True
    return False


def test_one_module_decides_when_a_meeting_is_acted_on_and_cancels_it() -> None:
    """A second writer cancelled without a record in the audit."""
    owner = "services/programmes/meeting_schedule.py"
    columns = ("remind_offset", "ask_at", "cancelled_by")
    assert {str(path) for path in python_files(*PRODUCT) if written(path, *columns)} == {owner}
    cancelled = {
        str(path)
        for path in python_files(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.Assign | ast.keyword) and ast.unparse(node.value) == "MeetingStatus.CANCELLED"
    }
    assert cancelled == {owner}


def test_sets_of_pair_states_stand_beside_the_states() -> None:
    """Three sets of the same four states had three names, and would have changed one by one."""
    found = {
        str(path)
        for path in python_files(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.Set | ast.Tuple | ast.List)
        and sum(ast.unparse(one).startswith("PairStatus.") for one in node.elts) > 1
    }
    assert found == {"models/pairs.py"}


def test_no_survey_is_known_by_its_name() -> None:
    """A pack may call a survey as it likes: code knows the occasion on which it is asked."""
    files = [str(path) for path in tracked() if path.match("programmes/*/surveys/*.toml")]
    names = {file.rpartition("/")[2].removesuffix(".toml") for file in files}
    names -= {*get_args(Occasion), *get_args(Indicator)}
    assert names
    named = {
        (str(path), node.value)
        for path in python_files(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.Constant) and node.value in names
    }
    assert not named


def test_the_day_of_a_moment_is_found_in_one_module() -> None:
    """The day of the machine, or that of UTC, is another one for half of the schools at night."""
    found = {
        str(path)
        for path in python_files(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and re.search(r"\.astimezone\(.*\)\.date\(\)$", ast.unparse(node), re.DOTALL)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value).endswith(")")
    }
    assert found == {"services/organizations/days.py"}


def test_what_a_unit_notes_is_kept_by_one_typed_class() -> None:
    """Keys by a string let one module forget what another had noted under another spelling."""
    found = {
        str(path)
        for path in python_files(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node).endswith("session.info")
    }
    assert found == {"models/unit_notes.py"}


def test_names_are_written_and_compared_in_one_module() -> None:
    """A copy that forgets a hyphen or ё makes two people of one."""
    folding = {
        str(path)
        for path in python_files(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.Constant) and node.value == "ё"
    }
    # the second folds whole messages and keeps the place of each character
    assert folding == {"models/names.py", "services/dates/folding.py"}
    joining = {
        str(path)
        for path in python_files(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.Call) and ast.unparse(node).startswith("' '.join(filter(None,")
    }
    assert joining == {"models/names.py"}


def test_a_text_is_marked_and_a_full_date_read_by_one_function_each() -> None:
    marking = {
        str(path)
        for path in python_files("services")
        for node in nodes(path)
        if isinstance(node, ast.Call) and re.match(r"(hashlib\.)?sha256\(.+\)\.hexdigest", ast.unparse(node))
    }
    assert marking == {"services/access/digests.py"}
    months = {
        str(path)
        for path in python_files("services", "handlers", "admin")
        for node in nodes(path)
        if isinstance(node, ast.Constant) and node.value == "сентября"
    }
    assert months == {"services/dates/full_dates.py"}


def test_one_module_decides_whether_a_chat_is_open() -> None:
    """Findings are recorded in any order; only a comparison of their moments tells which is the newer."""
    columns = ("is_reachable", "unreachable_since", "returned_at", "absences")
    writers = {str(path) for path in python_files(*PRODUCT) if written(path, *columns)}
    assert writers == {"services/delivery/reachability.py"}


def test_the_longest_usual_meeting_is_a_number_in_one_module() -> None:
    found = {
        str(path)
        for path in python_files(*PRODUCT)
        for node in nodes(path)
        if isinstance(node, ast.Constant) and type(node.value) is int and node.value == LONGEST_USUAL_MINUTES
    }
    assert found == {"services/dates/readings.py"}


def test_forms_of_the_panel_are_read_in_one_module() -> None:
    """Eleven readers of a date took an unreadable one for none, each in silence."""
    found = {
        str(path)
        for path in python_files("admin")
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in {"request.form", "request.files"}
    }
    # a form that corrects a record, the mark against a second sending, and NUL in any field
    assert found == {"admin/inputs.py", "admin/edits.py", "admin/repeats.py", "admin/safety.py"}


def test_a_row_that_must_exist_is_looked_up_by_find() -> None:
    """A hundred copies of "get, or raise NotFound" differed in whether a locked row was read anew."""
    copies = {
        f"{path}:{last.lineno}"
        for path in python_files("services", "bot", "handlers", "worker")
        for node in nodes(path)
        if isinstance(getattr(node, "body", None), list)
        for first, last in pairwise(getattr(node, "body"))  # noqa: B009  # nodes of any kind
        if isinstance(first, ast.Assign)
        # `options` and a bare `populate_existing` ask for more than find() does, a tuple is another key
        and re.match(r"session\.get\(\w+, [^(=]+(, with_for_update=.*)?\)", ast.unparse(first.value))
        and re.match(rf"if {ast.unparse(first.targets[0])} is None.*\n    raise NotFound$", ast.unparse(last))
    }
    assert copies == set()
