"""The command `fondvakt`: the jobs by hand."""

import signal
import sys
from types import FrameType

import typer

from commands import digests, evaluation, jobs, operating, profiles, serving, sources
from commands.errors import run
from commands.language import ARGUMENTS, _
from pipeline.children import mind_the_leash
from pipeline.logs import start_logging

app = typer.Typer(
    name="fondvakt",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=_("Kommunens bevakning av EU-medel. Språk: --lang sv eller --lang en."),
    context_settings={"help_option_names": ["-h", "--help"]},
)
for part in (profiles, jobs, digests, serving, sources, evaluation, operating):
    part.register(app)


def main() -> None:
    """Run the command line; exit code 0 done, 1 failed, 2 wrong use."""
    signal.signal(signal.SIGTERM, _end)
    mind_the_leash()
    start_logging()
    sys.exit(run(lambda: app(args=ARGUMENTS)))


def _end(_signal: int, _frame: FrameType | None) -> None:
    """A polite end: unwinds like an error, so that transactions roll back and files close."""
    raise SystemExit(143)


if __name__ == "__main__":
    main()
