"""The language of one run of the command: `--lang en` anywhere on the line, else FONDVAKT_LANG, else Swedish.

Help texts are made when the modules are read, so the choice is made before that, once.
"""

import os
import sys

from texts import LANGUAGES, Message, catalogue, translate

FAILED = 1
WRONG_USE = 2


def _chosen(arguments: list[str]) -> tuple[str, list[str]]:
    """The language, and the arguments without it."""
    rest: list[str] = []
    language = os.environ.get("FONDVAKT_LANG") or "sv"
    waiting = False
    for argument in arguments:
        if waiting:
            language, waiting = argument, False
        elif argument == "--lang":
            waiting = True
        elif argument.startswith("--lang="):
            language = argument.removeprefix("--lang=")
        else:
            rest.append(argument)
    if language not in LANGUAGES or waiting:
        known = ", ".join(LANGUAGES)
        sys.stderr.write(
            f"--lang, FONDVAKT_LANG: {language!r} är okänt, väntade {known} / expected {known}\n"
        )
        raise SystemExit(WRONG_USE)
    return language, rest


LANGUAGE, ARGUMENTS = _chosen(sys.argv[1:])
_ = catalogue(LANGUAGE).gettext


def said(message: Message | str) -> str:
    """A message in the language of this run."""
    return translate(message, LANGUAGE)
