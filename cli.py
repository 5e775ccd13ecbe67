"""The command `fondvakt`: the jobs by hand."""

import signal
import sys
from types import FrameType
from typing import Annotated

import typer
from typer import rich_utils

from commands import (
    bounces,
    demo,
    digests,
    evaluation,
    jobs,
    judged,
    learned,
    letters,
    notices,
    operating,
    people,
    profiles,
    serving,
    sources,
    tokens,
    webhooks,
)
from commands.errors import run
from commands.language import ARGUMENTS, LANGUAGE, _
from pipeline.children import mind_the_leash
from pipeline.logs import start_logging

rich_utils.ARGUMENTS_PANEL_TITLE = _("Argument")
rich_utils.OPTIONS_PANEL_TITLE = _("Val")
rich_utils.COMMANDS_PANEL_TITLE = _("Kommandon")

app = typer.Typer(
    name="fondvakt",
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


for part in (
    profiles,
    jobs,
    learned,
    digests,
    letters,
    notices,
    bounces,
    serving,
    sources,
    evaluation,
    judged,
    operating,
    people,
    tokens,
    webhooks,
    demo,
):
    part.register(app)


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
