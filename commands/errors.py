"""The one place where the command catches: each known error becomes one sentence and an exit code."""

from collections.abc import Callable

from commands.language import FAILED, LANGUAGE, WRONG_USE, said
from commands.output import err
from pipeline.settings import SettingsError
from profiles.intake.errors import IntakeError
from profiles.problems import ProfileError
from scrapers.standin.errors import StandinError
from texts import Message, MessageError, cause_of

# What was given to the command cannot be used: settings, a folder, a file.
WRONGLY_USED = (SettingsError, StandinError, IntakeError)


def run(command: Callable[[], None]) -> int:
    """Run the command; the exit code: 0 done, 1 failed, 2 wrong use."""
    try:
        command()
    except ProfileError as failure:
        return _show_problems(failure)
    except MessageError as failure:
        err.print(said(failure.message), markup=False, style="red")
        return WRONG_USE if isinstance(failure, WRONGLY_USED) else FAILED
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
