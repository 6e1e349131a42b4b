"""The fields that a template names, held to those that the kind has: a wrong one is told with the right ones.

The sample of the kind (services/documents/samples.py) is the schema: the same tables, lists and texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from jinja2 import Environment, TemplateSyntaxError, nodes

from services.access.errors import N_, DomainError

SHOWN = 5
ANYTHING = object()
"""Something of which nothing is known: whatever stands behind it is let through."""


class TemplateUnreadable(DomainError):
    text = N_("A field of the template is written with a mistake: {why}")


class FieldsUnknown(DomainError):
    text = N_("These fields are not known: {fields}. The right ones stand on this page.")


@dataclass(frozen=True, slots=True)
class UnknownField:
    """`near` are known names like it, the most alike first; all that are known where none is."""

    name: str
    near: tuple[str, ...]


def find_unknown(expressions: str, sample: Mapping[str, Any]) -> tuple[UnknownField, ...]:
    """Fields of a template that the sample does not have. Raises TemplateUnreadable."""
    try:
        tree = Environment(autoescape=True).parse(expressions)
    except TemplateSyntaxError as error:
        raise TemplateUnreadable(why=error.message or "") from error
    reader, known = _Reader(), dict(sample)
    for node in tree.body:
        reader.read(node, known)
    return tuple(reader.unknown.values())


def check_fields(expressions: str, sample: Mapping[str, Any]) -> None:
    """Raises FieldsUnknown, TemplateUnreadable."""
    unknown = find_unknown(expressions, sample)
    if unknown:
        told = [f"{one.name} ({', '.join(one.near)})" for one in unknown[:SHOWN]]
        raise FieldsUnknown(fields="; ".join(told))


def list_fields(sample: Mapping[str, Any], prefix: str = "") -> list[str]:
    """Every field as a template writes it; those of a list's items stand behind its name and "[]"."""
    found: list[str] = []
    for name, value in sample.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            found += list_fields(value, f"{path}.")
        elif isinstance(value, list) and value and isinstance(value[0], Mapping):
            found += list_fields(value[0], f"{path}[].")
        else:
            found.append(f"{path}[]" if isinstance(value, list) else path)
    return found


class _Reader:
    """Goes through a template as Jinja would, with what each name stands for."""

    def __init__(self) -> None:
        self.unknown: dict[str, UnknownField] = {}

    def read(self, node: nodes.Node, known: dict[str, Any]) -> None:
        if isinstance(node, nodes.For):
            items = self.value_of(node.iter, known)
            inner = {**known, "loop": ANYTHING}
            if isinstance(node.target, nodes.Name):
                inner[node.target.name] = items[0] if isinstance(items, list) and items else ANYTHING
            else:
                inner |= {one.name: ANYTHING for one in node.target.find_all(nodes.Name)}
            for child in (*node.body, *node.else_):
                self.read(child, inner)
        elif isinstance(node, nodes.Assign):
            value = self.value_of(node.node, known)
            for one in (
                [node.target] if isinstance(node.target, nodes.Name) else node.target.find_all(nodes.Name)
            ):
                known[one.name] = value
        elif isinstance(node, nodes.Expr):
            self.value_of(node, known)
        else:
            for child in node.iter_child_nodes():
                self.read(child, known)

    def value_of(self, node: nodes.Node, known: Mapping[str, Any]) -> Any:
        if isinstance(node, nodes.Name):
            return self._look(known, node.name, node.name)
        if isinstance(node, nodes.Getattr):
            return self._look(self.value_of(node.node, known), node.attr, _written(node))
        if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
            value = self.value_of(node.node, known)
            is_text = isinstance(node.arg.value, str)
            return self._look(value, node.arg.value, _written(node)) if is_text else ANYTHING
        values = [self.value_of(child, known) for child in node.iter_child_nodes()]
        return values[0] if isinstance(node, nodes.Or | nodes.And | nodes.CondExpr) and values else ANYTHING

    def _look(self, value: Any, name: str, written: str) -> Any:
        if isinstance(value, Mapping) and name not in value:
            near = get_close_matches(name, list(value), n=3, cutoff=0.5) or sorted(value)
            self.unknown[written] = UnknownField(written, tuple(near))
            return ANYTHING
        if isinstance(value, list):
            self.unknown[written] = UnknownField(written, tuple(sorted(value[0])) if value else ())
            return ANYTHING
        return value[name] if isinstance(value, Mapping) else ANYTHING


def _written(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_written(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{_written(node.node)}.{node.arg.value}"
    return node.name if isinstance(node, nodes.Name) else "…"
