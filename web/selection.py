"""What somebody wants to see of the queue or of the calls, read from an address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar
from unicodedata import normalize
from urllib.parse import urlencode

from calls.vocabulary import ApplicantType
from matcher.model import Band
from texts import N_, Message

LONGEST_SEARCH = 200
UNKNOWN_CHOICE = Message(text=N_("Det gick inte att förstå vad som skulle göras. Inget har ändrats."))
FILTERS = ("kind", "unit", "programme", "band", "source", "due", "applicant", "words")
Word = TypeVar("Word", bound=StrEnum)


class Tab(StrEnum):
    """The parts of the queue (`ux.md` 2.1); the words stand in addresses."""

    REVIEW = "granska"
    URGENT = "bradskar"
    SEVERAL = "flera"
    CHILDREN = "barn"
    CHANGED = "andrade"
    BELOW = "under-gransen"
    LATER = "uppskjutna"
    ACCEPTED = "godkanda"
    REJECTED = "avvisade"
    REFERRED = "referens"


class Kind(StrEnum):
    """Calls to apply to, or consultations to answer."""

    CALL = "utlysning"
    CONSULTATION = "samrad"


class Due(StrEnum):
    """How soon a call closes."""

    WEEK = "7"
    MONTH = "30"
    QUARTER = "90"
    RUNNING = "lopande"
    UNKNOWN = "okand"


class Order(StrEnum):
    """What comes first."""

    URGENT = "bradskande"
    STRONGEST = "starkast"
    MEANING = "narmast"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What somebody wants to see, read from an address; anything odd in it counts as not said (W-32)."""

    tab: Tab = Tab.REVIEW
    kind: Kind | None = None
    unit: str = ""
    programme: str = ""
    band: Band | None = None
    source: str = ""
    due: Due | None = None
    applicant: ApplicantType | None = None
    words: str = ""
    order: Order = Order.URGENT
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        """Whether something is left out by choice."""
        return any(getattr(self, name) for name in FILTERS)

    @property
    def filters_on(self) -> int:
        """How many of the filters are set, beside the words that are searched for."""
        return sum(bool(getattr(self, name)) for name in FILTERS if name != "words")

    @property
    def unfiltered(self) -> "Selection":
        """The same tab and order with nothing left out."""
        return Selection(tab=self.tab, order=self.order)

    def at(self, page: int) -> "Selection":
        """The same on another page."""
        return replace(self, page=page)

    def address(self, **changes: object) -> str:
        """The address of this selection, or of one that differs in something; without what is usual."""
        query = urlencode(replace(self, **changes).said())
        return f"/?{query}" if query else "/"

    def said(self) -> list[tuple[str, str]]:
        """What an address or a form says of this selection; without what is usual."""
        said = {
            "flik": self.tab,
            "slag": self.kind,
            "enhet": self.unit,
            "program": self.programme,
            "styrka": self.band,
            "kalla": self.source,
            "dag": self.due,
            "sokande": self.applicant,
            "sok": self.words,
            "ordning": self.order,
            "sida": self.page,
        }
        usual = {"flik": Tab.REVIEW, "ordning": Order.URGENT, "sida": 1}
        return [(key, str(value)) for key, value in said.items() if value and usual.get(key) != value]


def all_calls(chosen: Selection, *, ours: bool = False) -> str:
    """The address of the page of all calls with the same filter; only those that concern us when asked for."""
    said = [pair for pair in chosen.said() if pair[0] != "flik"]
    return f"/utlysningar?{urlencode([('visa', 'vara' if ours else 'alla'), *said])}"


def selection(
    asked: Mapping[str, str], units: Iterable[str], programmes: Iterable[str], sources: Iterable[str] = ()
) -> Selection:
    """Read an address; the only units, programmes and sources are those given."""

    def known(name: str, among: Iterable[str]) -> str:
        said = asked.get(name, "")
        return said if said in set(among) else ""

    return Selection(
        tab=word(Tab, asked.get("flik")) or Tab.REVIEW,
        kind=word(Kind, asked.get("slag")),
        unit=known("enhet", units),
        programme=known("program", programmes),
        band=word(Band, asked.get("styrka")),
        source=known("kalla", sources),
        due=word(Due, asked.get("dag")),
        applicant=word(ApplicantType, asked.get("sokande")),
        words=search_words(asked.get("sok", "")),
        order=word(Order, asked.get("ordning")) or Order.URGENT,
        page=page_number(asked.get("sida")),
    )


def word(words: type[Word], said: object) -> Word | None:
    """A word of a closed list, None for anything else."""
    return next((known for known in words if known.value == said), None)


def search_words(text: str) -> str:
    """What is searched for: one line, at most 200 characters, its letters composed as in the calls (S-36)."""
    return normalize("NFC", " ".join(text.split())[:LONGEST_SEARCH])


def page_number(text: str | None) -> int:
    """A page, 1 for anything that is none."""
    return (
        int(text) if text and text.isascii() and text.isdecimal() and 0 < len(text) < 7 and int(text) else 1
    )
