"""The command line's parser in our language: help, titles and refusals."""

import argparse
from collections.abc import Iterable
from functools import partial
from typing import Any, NoReturn, cast

from installation import faults
from notices.language import Translator


class Layout(argparse.HelpFormatter):
    """Help whose usage line begins with a word of our language."""

    def __init__(self, t: Translator, **facts: Any) -> None:
        super().__init__(**facts)
        self._t = t

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, self._t.label("usage: ") if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like everything else here."""

    def __init__(self, t: Translator, **facts: Any) -> None:
        super().__init__(**facts, add_help=False, formatter_class=partial(Layout, t))
        self._t = t
        self._positionals.title = t.label("arguments")
        self._options = self.add_argument_group(t.label("options"))
        self._options.add_argument("-h", "--help", action="help", help=t.label("show this help and exit"))

    def add_option(self, *names: str, **facts: Any) -> None:
        self._options.add_argument(*names, **facts)

    def add_actions(self) -> "argparse._SubParsersAction[Parser]":
        title, metavar = self._t.label("actions"), self._t.label("ACTION")
        of_language = cast("type[Parser]", partial(Parser, self._t))
        return self.add_subparsers(title=title, metavar=metavar, required=True, parser_class=of_language)

    def error(self, message: str) -> NoReturn:
        raise faults.WrongUsage(message=message)
