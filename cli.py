"""The command `fondvakt`: the jobs by hand."""

import signal
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from types import FrameType
from typing import Annotated, Any

import typer
from typer import rich_utils
from typer.core import TyperGroup

from commands.errors import run
from commands.language import ARGUMENTS, LANGUAGE, _
from pipeline.children import mind_the_leash
from pipeline.logs import start_logging

# In the order of the help. What runs a command is read when it is asked for: each start pays for its own only.
MODULES = {
    "init": "profiles",
    "collect": "jobs",
    "match": "jobs",
    "calls": "jobs",
    "queue": "jobs",
    "decide": "jobs",
    "learned": "learned",
    "notices": "notices",
    "serve": "serving",
    "evaluate": "evaluation",
    "backup": "operating",
    "restore": "operating",
    "doctor": "operating",
    "standin": "operating",
    "signin": "signing_in",
    "demo": "demo",
    "profile": "profiles",
    "digest": "digests",
    "letters": "letters",
    "bounces": "bounces",
    "sources": "sources",
    "judged": "judged",
    "person": "people",
    "operator": "signing_in",
    "history": "people",
    "token": "tokens",
    "webhooks": "webhooks",
}

rich_utils.ARGUMENTS_PANEL_TITLE = _("Argument")
rich_utils.OPTIONS_PANEL_TITLE = _("Val")
rich_utils.COMMANDS_PANEL_TITLE = _("Kommandon")
rich_utils.ERRORS_PANEL_TITLE = _("Fel")
rich_utils.REQUIRED_LONG_STRING = _("[måste anges]")
rich_utils.DEFAULT_STRING = _("[annars: {}]")
rich_utils.ABORTED_TEXT = _("Avbrutet.")
rich_utils.RICH_HELP = _("Hjälp: {help}").format(help="[blue]{command_path} {help_option}[/]")


@cache
def _registered(module: str) -> TyperGroup:
    """The commands of one module of `commands/`."""
    part = typer.Typer(pretty_exceptions_enable=False)
    import_module(f"commands.{module}").register(part)
    return typer.main.get_group(part)


class Commands(Mapping):
    """Each command by its name, read when it is looked up."""

    def __getitem__(self, name: str) -> Any:
        return _registered(MODULES[name]).commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(MODULES)

    def __len__(self) -> int:
        return len(MODULES)


class Fondvakt(TyperGroup):
    """The command, whose parts are read when they are asked for."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = Commands()


app = typer.Typer(
    name="fondvakt",
    cls=Fondvakt,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=_("Kommunens bevakning av EU-medel: hämta utlysningar, para dem med behoven, granska, skicka brev."),
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def language(
    lang: Annotated[str, typer.Option(metavar="sv|en", help=_("Språk i det som skrivs ut."))] = LANGUAGE,
) -> None:
    """Shows `--lang` in the help; `commands/language.py` has read it by then, wherever it stood."""


def main() -> None:
    """Run the command line; exit code 0 done, 1 failed, 2 wrong use."""
    signal.signal(signal.SIGTERM, _end)
    mind_the_leash()
    start_logging()
    sys.exit(run(lambda: app(args=ARGUMENTS, prog_name="fondvakt")))


def _end(_signal: int, _frame: FrameType | None) -> None:
    """A polite end: unwinds like an error, so that transactions roll back and files close."""
    raise SystemExit(143)


if __name__ == "__main__":
    main()
