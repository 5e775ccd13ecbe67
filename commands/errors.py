"""The one place where the command catches: each known error becomes one sentence and an exit code."""

from collections.abc import Callable

from commands.language import FAILED, LANGUAGE, WRONG_USE, said
from commands.output import err
from matcher.errors import MatcherError
from notifier.errors import NotifierError
from pipeline.settings import SettingsError
from pipeline.wiring import NotReady
from profiles.intake.errors import IntakeError
from profiles.problems import ProfileError
from scrapers.errors import ScraperError
from scrapers.standin.errors import StandinError
from storage.errors import StorageError
from texts import Message, MessageError, cause_of

KNOWN: tuple[tuple[type[Exception], int], ...] = (
    (SettingsError, WRONG_USE),
    (StandinError, WRONG_USE),
    (IntakeError, WRONG_USE),
    (NotReady, FAILED),
    (StorageError, FAILED),
    (ScraperError, FAILED),
    (MatcherError, FAILED),
    (NotifierError, FAILED),
    (MessageError, FAILED),
)


def run(command: Callable[[], None]) -> int:
    """Run the command; the exit code: 0 done, 1 failed, 2 wrong use."""
    try:
        command()
    except ProfileError as failure:
        return _show_problems(failure)
    except tuple(kind for kind, _code in KNOWN) as failure:
        err.print(said(getattr(failure, "message", str(failure))), markup=False, style="red")
        return next(code for kind, code in KNOWN if isinstance(failure, kind))
    except OSError as failure:
        # The command's own files: a folder to write in, a copy to read. Rooms translate what they meet.
        err.print(said(_file_trouble(failure)), markup=False, style="red")
        return FAILED
    except KeyboardInterrupt:
        return 130
    return 0


def _show_problems(failure: ProfileError) -> int:
    """Print every problem of a profile file on a line of its own; gives the exit code."""
    for problem in failure.problems:
        err.print(problem.shown(LANGUAGE), markup=False)
    return WRONG_USE


def _file_trouble(failure: OSError) -> Message:
    where = failure.filename or failure.filename2 or "fondvakt"
    return Message(text="{where}: {cause}.", values={"where": str(where), "cause": cause_of(failure)})
