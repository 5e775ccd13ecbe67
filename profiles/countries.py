"""Countries as people write them."""

import difflib
import re
from functools import cache

from babel import Locale

NOT_COUNTRIES = ("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ")  # Unicode's groups and test values

AFTER_A_TOWN = re.compile(r"\(([^()]+)\)\s*$")


@cache
def _codes() -> dict[str, str]:
    """Code, Swedish name and English name, in small letters, to the ISO 3166 code."""
    found = {}
    for language in ("en", "sv"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha() and code not in NOT_COUNTRIES:
                found[name.casefold()] = code
                found[code.casefold()] = code
    return found


def country_code(written: str) -> str | None:
    """The ISO 3166 code of a country given as code, Swedish or English name, alone or as in "Ystad (SE)".

    None when it is none.
    """
    found = AFTER_A_TOWN.search(written)
    return _codes().get((found[1] if found else written).strip().casefold())


def country_guess(written: str) -> str | None:
    """The code of the country that was probably meant, None when nothing is near."""
    close = difflib.get_close_matches(written.strip().casefold(), _codes(), n=1, cutoff=0.75)
    return _codes()[close[0]] if close else None
