"""A handler writes once at most, through Talk, and never answers the callback itself (decision 3)."""

import ast
from functools import cache
from pathlib import Path

from tests.guards.tree import python_files, read

WRITES = {"act", "enter"}
OF_TALK = Path("handlers/talk.py")
TOO_MANY = 99  # a write inside a loop

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def modules() -> dict[Path, ast.Module]:
    return {path: ast.parse(read(path)) for path in python_files("handlers") if path != OF_TALK}


@cache
def functions(path: Path) -> dict[str, Function]:
    return {
        node.name: node
        for node in ast.walk(modules()[path])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@cache
def imported(path: Path) -> dict[str, tuple[Path, str]]:
    """Names of a module that are functions of another handlers module."""
    found = {}
    for node in ast.walk(modules()[path]):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("handlers"):
            origin = Path(*(node.module or "").split(".")).with_suffix(".py")
            for name in node.names:
                if origin in modules() and name.name in functions(origin):
                    found[name.asname or name.name] = (origin, name.name)
                module = Path(*(node.module or "").split("."), name.name).with_suffix(".py")
                if module in modules():
                    for function in functions(module):
                        found[f"{name.asname or name.name}.{function}"] = (module, function)
    return found


class Counter:
    """The most writes on any path through a function; calls of our own functions are followed."""

    def __init__(self, path: Path, seen: frozenset[tuple[Path, str]]) -> None:
        self.path = path
        self.seen = seen

    def most(self, body: list[ast.stmt]) -> tuple[int | None, int]:
        """The most when the body is left at its end (None if it never is), and when it is left before."""
        through, ended = 0, 0
        for statement in body:
            after, before = self.of(statement)
            ended = max(ended, through + before)
            if after is None:
                return None, ended
            through += after
        return through, ended

    def of(self, node: ast.stmt) -> tuple[int | None, int]:
        match node:
            case ast.Return() | ast.Raise():
                counted: tuple[int | None, int] = None, self.calls(node)
            case ast.If():
                counted = self.choice(self.calls(node.test), [node.body, node.orelse])
            case ast.Match():
                bodies = [case.body for case in node.cases]
                counted = self.choice(self.calls(node.subject), [*bodies, []])
            case ast.For() | ast.AsyncFor() | ast.While():
                repeated = TOO_MANY if any(self.most(node.body)) else 0
                counted = repeated, repeated
            case ast.With() | ast.AsyncWith():
                through, ended = self.most(node.body)
                first = sum(self.calls(item.context_expr) for item in node.items)
                counted = (None if through is None else through + first), ended + first
            case ast.Try():
                counted = self.attempt(node)
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                counted = 0, 0
            case _:
                counted = self.calls(node), 0
        return counted

    def choice(self, first: int, bodies: list[list[ast.stmt]]) -> tuple[int | None, int]:
        ways = [self.most(body) for body in bodies]
        through = [way for way, _ in ways if way is not None]
        return (first + max(through) if through else None), first + max(ended for _, ended in ways)

    def attempt(self, node: ast.Try) -> tuple[int | None, int]:
        """A write that a refusal ended is undone, so a handler of the refusal begins from nothing."""
        through, ended = self.most([*node.body, *node.orelse])
        ways = [(through, ended), *(self.most(handler.body) for handler in node.handlers)]
        last = self.most(node.finalbody)[0] or 0
        alive = [way for way, _ in ways if way is not None]
        return (max(alive) + last if alive else None), max(end for _, end in ways) + last

    def calls(self, node: ast.AST) -> int:
        return sum(self.call(found) for found in ast.walk(node) if isinstance(found, ast.Call))

    def call(self, call: ast.Call) -> int:
        if isinstance(call.func, ast.Attribute) and call.func.attr in WRITES:
            return 1
        name = ast.unparse(call.func)
        origin = (self.path, name) if name in functions(self.path) else imported(self.path).get(name)
        return writes_of(*origin, self.seen) if origin else 0


def writes_of(path: Path, name: str, seen: frozenset[tuple[Path, str]] = frozenset()) -> int:
    if (path, name) in seen:
        return 0
    through, ended = Counter(path, seen | {(path, name)}).most(functions(path)[name].body)
    return max(through or 0, ended)


def is_registration(decorator: str) -> bool:
    """`@router.message(...)`, or `@on_offer(...)` of handlers/taps.py."""
    return "router." in decorator or decorator.startswith("on_")


def handlers_of(path: Path) -> list[str]:
    return [
        name
        for name, function in functions(path).items()
        if any(is_registration(ast.unparse(one)) for one in function.decorator_list)
    ]


def test_the_counter_sees_two_writes_and_forgives_two_ways() -> None:
    """The guard itself: a straight pair is two, alternatives are one, a loop is too many."""
    path = next(iter(modules()))
    counter = Counter(path, frozenset())
    body = {
        "talk.act(a); talk.act(b)": 2,
        "if x:\n    talk.act(a)\n    return\ntalk.act(b)": 1,
        "if x:\n    talk.act(a)\ntalk.act(b)": 2,
        "for x in y:\n    talk.act(a)": TOO_MANY,
        "try:\n    talk.act(a)\nexcept E:\n    talk.act(b)": 1,
        "show(talk.read(a))": 0,
    }
    for source, wanted in body.items():
        through, ended = counter.most(ast.parse(source).body)
        assert max(through or 0, ended) == wanted, source


def test_every_handler_writes_once_at_most() -> None:
    handlers = [(path, name) for path in modules() for name in handlers_of(path)]
    assert len(handlers) > 10, "no handlers were found: has the way they are registered changed?"
    greedy = {f"{path}:{name}": count for path, name in handlers if (count := writes_of(path, name)) > 1}
    assert not greedy


def test_handlers_reach_the_database_through_talk_only() -> None:
    found = [
        f"{path}:{node.lineno}"
        for path, module in modules().items()
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in {"write", "writing", "commit"}
    ]
    assert not found


def test_callbacks_are_answered_in_one_place() -> None:
    """The middleware answers first, so that the button's spinner stops at once."""
    found = [
        f"{path}:{node.lineno}"
        for path, module in modules().items()
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"query.answer", "callback.answer"}
    ]
    assert not found
