"""Which calls and needs are about children and young people, by a written list of words (`children_words.txt`)."""

import re
from functools import cache, lru_cache
from importlib.resources import files

from calls.model import CallFacts
from calls.vocabulary import SectionKind
from profiles.model import Need, Profile

OFTEN = 3  # mentions in running text that make a call one about children, whoever the need is for


def mentions(text: str) -> int:
    """How many times a text speaks of children or young people, in Swedish or English."""
    wanted, other = _patterns()
    return len(wanted.findall(other.sub(" ", text)))


def marked(call: CallFacts, need: Need, profile: Profile) -> bool:
    """Whether a match is marked as being about children and young people.

    The call must speak of them: in its title or often, whatever the need; once is enough where the need is for
    them. A need for children alone marks nothing.
    """
    said = _speaks(call)
    return said >= OFTEN or (said > 0 and need_is_for_children(need, profile))


def need_is_for_children(need: Need, profile: Profile) -> bool:
    """By the need's own mark, its priority area's, or its words."""
    area = next((area for area in profile.priority_areas if area.key == need.priority_area), None)
    if need.children_and_youth or (area is not None and area.children_and_youth):
        return True
    return mentions(f"{need.title}. {need.text}. {need.title_en}. {need.text_en}") > 0


@lru_cache(maxsize=4096)
def _speaks(call: CallFacts) -> int:
    """Mentions in a call, conditions left out; one in the title counts as often."""
    if mentions(f"{call.title}. {call.call_title or ''}. {'. '.join(call.keywords)}"):
        return OFTEN
    return sum(
        mentions(section.text) for section in call.sections if section.kind is not SectionKind.CONDITIONS
    )


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What counts, and what is taken away first."""
    lines = files("matcher").joinpath("children_words.txt").read_text(encoding="utf-8").splitlines()
    lines = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    wanted = [line for line in lines if not line.startswith("-")]
    return _any_of(wanted), _any_of([line[1:] for line in lines if line.startswith("-")])


def _any_of(phrases: list[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w])", re.IGNORECASE)
