"""What a need or a unit may have got wrong: warnings that block nothing (`ux.md` 3.3)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher
from functools import cache
from importlib.resources import files

from matcher.children import marked
from matcher.gates import NEVER
from pipeline.comparing import Comparison
from profiles.model import Applicant, LegalForm, Need, Profile, Unit
from texts import N_, Message

SHORT_NEED = 60
LONG_NEED = 1200
MANY_A_WEEK = 10
QUIET_DAYS = 90
QUIET = timedelta(days=QUIET_DAYS)
ALIKE = 0.8
WORD = re.compile(r"[^\W\d_]{2,}")
TELLING_WORDS = 2
OWN_FORM = {
    LegalForm.MUNICIPALITY: Applicant.MUNICIPALITY,
    LegalForm.MUNICIPAL_FEDERATION: Applicant.MUNICIPALITY,
    LegalForm.MUNICIPAL_COMPANY: Applicant.COMPANY,
}


@dataclass(frozen=True, kw_only=True)
class Warn:
    """One warning.

    Attributes:
        guard: its name, such as "short".
        field: the id of the form field that it is about; empty for none.
        twin: the need that this one is like, where it is about that.
        is_note: only for the reader to know; most needs are right so.
    """

    guard: str
    message: Message
    field: str = ""
    twin: Need | None = None
    is_note: bool = False


def of_need(profile: Profile, need: Need, today: date) -> list[Warn]:
    """What can be told of a need by reading it."""
    return list(_of_need(profile, need, today))


def of_matching(need: Need, found: Comparison, profile: Profile, *, is_quiet: bool = False) -> list[Warn]:
    """What can be told of a need by what it finds.

    Args:
        is_quiet: whether nothing has met the published need for 90 days.
    """
    warned = []
    if found.weekly > MANY_A_WEEK:
        text = N_("Behovet skulle ge ungefär {count} träffar i veckan. Skriv mer bestämt, eller välj Snäv.")
        values = {"count": round(found.weekly)}
        warned.append(Warn(guard="many", field="volume", message=Message(text=text, values=values)))
    hidden = [call for call, check in found.kept_out if check.gate == NEVER and marked(call, need, profile)]
    if hidden:
        text = N_("Aldrig-orden gömmer {count} utlysningar om barn och unga, bland dem ”{title}”.")
        values = {"count": len(hidden), "title": hidden[0].title}
        warned.append(Warn(guard="hides-children", field="never", message=Message(text=text, values=values)))
    if is_quiet:
        text = N_("Ingen stark eller trolig träff på {days} dagar. Skriv om behovet, eller välj Bred.")
        warned.append(
            Warn(guard="quiet", field="text", message=Message(text=text, values={"days": QUIET_DAYS}))
        )
    return warned


def of_unit(profile: Profile, unit: Unit, today: date) -> list[Warn]:
    """What can be told of a unit."""
    warned = []
    if not profile.contacts_of(unit.key, today):
        text = N_("Enheten har ingen kontaktperson: veckobrevet når ingen.")
        warned.append(Warn(guard="no-contact", message=Message(text=text)))
    if not unit.goals:
        text = N_("Enheten har inga mål: behoven kan inte knytas till det ni ska uppnå.")
        warned.append(Warn(guard="no-goals", field="goals", message=Message(text=text)))
    if not unit.needs:
        text = N_("Enheten har inga behov: inget bevakas åt den.")
        warned.append(Warn(guard="no-needs", message=Message(text=text)))
    return warned


def _of_need(profile: Profile, need: Need, today: date) -> Iterator[Warn]:
    words = WORD.findall(f"{need.title} {need.text}".casefold())
    if len(need.text) < SHORT_NEED:
        text = N_("Behovet är kortare än {least} tecken. Skriv vad ni vill förändra, och för vem.")
        yield Warn(guard="short", field="text", message=Message(text=text, values={"least": SHORT_NEED}))
    if words and len({word for word in words if not is_generic(word)}) < TELLING_WORDS:
        text = N_("Behovet har bara allmänna ord. Nämn vad det gäller: ålder, ämne, plats, yrke.")
        yield Warn(guard="generic", field="text", message=Message(text=text))
    if len(need.text) > LONG_NEED:
        text = N_("Behovet är långt som en utlysning. Skriv en till fem egna meningar.")
        yield Warn(guard="long", field="text", message=Message(text=text))
    twin = _twin(profile.needs, need)
    if twin is not None:
        text = N_("Nästan samma behov finns hos {unit}: ”{title}”. Dela behovet i stället.")
        values = {"unit": profile.unit(twin.unit).name, "title": twin.title}
        yield Warn(guard="twin", field="text", message=Message(text=text, values=values), twin=twin)
    if need.ends is not None and need.ends < today:
        text = N_("Behovets sista dag har passerat: inget bevakas.")
        yield Warn(guard="over", field="ends", message=Message(text=text))
    yield from _of_applicants(profile, need)


def _of_applicants(profile: Profile, need: Need) -> Iterator[Warn]:
    """The commonest cause of empty results: a need that does not let its unit apply as what it is."""
    if not need.applicants:
        text = N_("Ingen sökande är angiven: enhetens egen form gäller.")
        yield Warn(guard="no-applicant", field="applicants", message=Message(text=text), is_note=True)
        return
    unit = next((unit for unit in profile.units if unit.key == need.unit), None)
    if unit is not None and OWN_FORM[unit.legal_form] not in need.applicants:
        text = N_("Sökande är snävare än enhetens egen form: utlysningar som ni får söka faller bort.")
        yield Warn(guard="narrow", field="applicants", message=Message(text=text))


def _twin(needs: Iterable[Need], need: Need) -> Need | None:
    """Another unit's need that says almost the same."""
    mine = need.text.casefold()
    if not mine:
        return None
    for other in needs:
        if other.unit != need.unit:
            likeness = SequenceMatcher(None, mine, other.text.casefold(), autojunk=False)
            if likeness.real_quick_ratio() > ALIKE and likeness.ratio() > ALIKE:
                return other
    return None


def is_generic(word: str) -> bool:
    """Whether a word, in small letters, says nothing of what a need is about."""
    starts, silent = _generic()
    return word in silent or word.startswith(starts)


@cache
def _generic() -> tuple[tuple[str, ...], frozenset[str]]:
    """How words of every plan begin, and the words that say nothing in any Swedish text."""
    said = [
        files("matcher").joinpath(name).read_text(encoding="utf-8").split()
        for name in ("generic_starts_sv.txt", "stop_words_sv.txt")
    ]
    return tuple(said[0]), frozenset(said[1])
