"""A plugin of mypy: calls through admin.calls are checked against the service that they name.

No type of Python says "the parameters of this function but for those that are filled in": PEP 612 takes
positional parameters away and no others. Without the plugin a misspelt or forgotten fact would be found by
running the page only.
"""

from collections.abc import Callable

from mypy.nodes import ARG_NAMED, ARG_NAMED_OPT, ARG_STAR2, ArgKind, CallExpr
from mypy.plugin import FunctionSigContext, Plugin
from mypy.types import CallableType, FunctionLike, get_proper_type

BOUND = {"admin.calls.see", "admin.calls.do"}
FILLED_IN = {"actor", "organization_id", "now", "today", "locale"}
"""A test holds it to admin.calls.FACTS."""


class BoundCalls(Plugin):
    """Gives each call the parameters of its own service."""

    def get_function_signature_hook(
        self, fullname: str
    ) -> Callable[[FunctionSigContext], FunctionLike] | None:
        return _signature if fullname in BOUND else None


def _signature(call: FunctionSigContext) -> FunctionLike:
    """The declared signature with the service's parameters in the place of `**facts`."""
    service = get_proper_type(call.api.get_expression_type(call.args[0][0])) if call.args[0] else None
    declared = call.default_signature
    if not isinstance(service, CallableType):
        return declared
    named = set(call.context.arg_names) if isinstance(call.context, CallExpr) else set()
    own = [at for at in range(len(declared.arg_types)) if _is_kept(declared, at, named)]
    taken = [at for at in range(1, len(service.arg_types)) if _is_asked(service, at, named)]
    return declared.copy_modified(
        arg_types=[declared.arg_types[at] for at in own] + [service.arg_types[at] for at in taken],
        arg_names=[declared.arg_names[at] for at in own] + [service.arg_names[at] for at in taken],
        arg_kinds=[declared.arg_kinds[at] for at in own] + [_kind(service.arg_kinds[at]) for at in taken],
    )


def _is_kept(declared: CallableType, at: int, named: set[str | None]) -> bool:
    kind = declared.arg_kinds[at]
    return kind is not ARG_STAR2 and (kind is not ARG_NAMED_OPT or declared.arg_names[at] in named)


def _is_asked(service: CallableType, at: int, named: set[str | None]) -> bool:
    """All but the session and what is filled in; that may be given by its name, not by `**facts`."""
    return service.arg_names[at] not in FILLED_IN or service.arg_names[at] in named


def _kind(kind: ArgKind) -> ArgKind:
    if kind.is_star():
        return kind
    return ARG_NAMED_OPT if kind.is_optional() else ARG_NAMED


def plugin(_version: str) -> type[Plugin]:
    """What mypy asks for."""
    return BoundCalls
