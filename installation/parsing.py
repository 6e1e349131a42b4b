"""The command line's parser in our language: help, titles and refusals."""

import argparse
from collections.abc import Iterable
from typing import Any, ClassVar, NoReturn

from installation import faults
from notices.language import Translator


class Layout(argparse.HelpFormatter):
    """Help whose usage line begins with a word of our language."""

    usage: ClassVar[str]

    def add_usage(
        self,
        usage: str | None,
        actions: Iterable[argparse.Action],
        groups: Iterable[Any],
        prefix: str | None = None,
    ) -> None:
        super().add_usage(usage, actions, groups, self.usage if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like everything else here; a class for each language."""

    t: ClassVar[Translator]
    layout: ClassVar[type[Layout]]

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts, add_help=False, formatter_class=self.layout)
        self._positionals.title = self.t.label("arguments")
        self._options = self.add_argument_group(self.t.label("options"))
        self._options.add_argument(
            "-h", "--help", action="help", help=self.t.label("show this help and exit")
        )

    def add_option(self, *names: str, **facts: Any) -> None:
        self._options.add_argument(*names, **facts)

    def add_actions(self) -> "argparse._SubParsersAction[Parser]":
        title, metavar = self.t.label("actions"), self.t.label("ACTION")
        return self.add_subparsers(title=title, metavar=metavar, required=True, parser_class=type(self))

    def error(self, message: str) -> NoReturn:
        raise faults.WrongUsage(message=message)
