"""A publisher's page in the reader's language, where the publisher has one for each."""

import re

# Have your say: the language stands last, /initiatives/12970_sv, and the same number serves every language.
_BY_LANGUAGE = re.compile(
    r"(https://ec\.europa\.eu/info/law/better-regulation/have-your-say/initiatives/[0-9]+)_[a-z]{2}"
)


def page_in(url: str, language: str) -> str:
    """The same page in a language ("sv", "en"); the address as it is where its publisher is not known to have one."""
    found = _BY_LANGUAGE.fullmatch(url)
    return f"{found[1]}_{language}" if found else url
