"""The one place where the command catches: each known error becomes one sentence and an exit code."""

from collections.abc import Callable

from commands.language import WRONG_USE, said
from commands.output import err
from commands.profiles import show_problems
from matcher.errors import MatcherError
from notifier.errors import NotifierError
from pipeline.settings import SettingsError
from pipeline.wiring import NotReady
from profiles.load import ProfileError
from scrapers.errors import ScraperError
from scrapers.standin.errors import StandinError
from storage.errors import StorageError

FAILED = 1
KNOWN: tuple[tuple[type[Exception], int], ...] = (
    (SettingsError, WRONG_USE),
    (StandinError, WRONG_USE),
    (NotReady, FAILED),
    (StorageError, FAILED),
    (ScraperError, FAILED),
    (MatcherError, FAILED),
    (NotifierError, FAILED),
)


def run(command: Callable[[], None]) -> int:
    """Run the command; the exit code: 0 done, 1 failed, 2 wrong use."""
    try:
        command()
    except ProfileError as failure:
        return show_problems(failure)
    except tuple(kind for kind, _code in KNOWN) as failure:
        err.print(said(getattr(failure, "message", str(failure))), markup=False, style="red")
        return next(code for kind, code in KNOWN if isinstance(failure, kind))
    except KeyboardInterrupt:
        return 130
    return 0
