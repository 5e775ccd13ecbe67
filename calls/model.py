"""A funding call: what one can apply to, with its own deadlines.

`CallFacts` is what a publisher says. A `ScrapedCall` adds where it was read; a `Call` adds what we know of it.
Everywhere `None` means that the publisher does not say. It is never zero, never "any", and never counts
against a call. An empty tuple is knowledge: `deadlines=()` is a call open until further notice.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from calls.vocabulary import CONSULTATION, ApplicantType, DeadlineModel, SectionKind, Status

BRUSSELS = ZoneInfo("Europe/Brussels")
END_OF_DAY = time(23, 59, 59)
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")  # signs that turn the direction of the text after them


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """The last moment of a stage or a cut-off.

    Attributes:
        at: aware; an instant in the publisher's zone.
        by_day: only the day is known; `at` is then the last second of it, and no hour is ever shown.
    """

    at: datetime
    by_day: bool = False

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError(f"deadline {self.at.isoformat()} has no time zone")

    @classmethod
    def on(cls, day: date, zone: ZoneInfo = BRUSSELS) -> "Deadline":
        """A deadline of which only the day is known."""
        return cls(at=datetime.combine(day, END_OF_DAY, tzinfo=zone), by_day=True)

    @property
    def day(self) -> date:
        """The day in Brussels, which is how deadlines are compared (`eu-portal.md` §7)."""
        return self.at.astimezone(BRUSSELS).date()


@dataclass(frozen=True, kw_only=True)
class CallSection:
    """One part of the call's text, as plain text with line breaks between paragraphs."""

    kind: SectionKind
    text: str


@dataclass(frozen=True, kw_only=True)
class Title:
    """The publisher's own title in one language, an ISO 639-1 code in small letters."""

    language: str
    text: str

    def __post_init__(self) -> None:
        _turn_nothing(self, "text")


@dataclass(frozen=True, kw_only=True)
class Consortium:
    """Who must apply together."""

    min_partners: int | None = None
    min_countries: int | None = None


@dataclass(frozen=True, kw_only=True)
class CallFacts:
    """What a publisher says of a call.

    Attributes:
        kind: the portal's type: "1" topic, "2" external action, "8" cascade call. Other sources use "1".
            `CONSULTATION` is nothing to apply to but a question to answer.
        language: of the title and the texts, ISO 639-1.
        titles: the publisher's own title in further languages, each language once; see `title_in`.
        identifier: the code printed for people, such as CERV-2026-CITIZENS-TOWN-TT.
        shares_identifier: several calls carry this identifier (cascade calls carry their parent's).
        call_code, call_title: the call that a topic belongs to.
        programme: code of the programme, as in `calls/programmes.py`; `programme_label` the publisher's words.
        announced: what the publisher says of the status; `status` is computed.
        budget: the whole call's money, whole euro; `budget_shared` when topics share one pot.
        grant_min, grant_max: what one project may get, whole euro.
        cofinancing_rate: the EU's share of eligible costs, 0 to 1.
        eligible_countries: ISO 3166 codes.
        notes: what a person should check, as Swedish messages of the catalogue.
    """

    kind: str = "1"
    title: str
    url: str
    language: str = "en"
    titles: tuple[Title, ...] = ()
    identifier: str | None = None
    shares_identifier: bool = False
    call_code: str | None = None
    call_title: str | None = None
    programme: str | None = None
    programme_label: str | None = None
    divisions: tuple[str, ...] = ()
    action_type: str | None = None
    announced: Status | None = None
    opening_date: date | None = None
    deadlines: tuple[Deadline, ...] | None = None
    deadline_model: DeadlineModel | None = None
    budget: int | None = None
    budget_shared: bool | None = None
    grant_min: int | None = None
    grant_max: int | None = None
    expected_grants: int | None = None
    currency: str = "EUR"
    cofinancing_rate: float | None = None
    eligible_applicants: frozenset[ApplicantType] | None = None
    eligible_countries: frozenset[str] | None = None
    consortium: Consortium | None = None
    duration: str | None = None
    sections: tuple[CallSection, ...] = ()
    keywords: tuple[str, ...] = ()
    cross_cutting: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.title.strip():
            raise ValueError("a call without a title")
        _turn_nothing(self, "title")
        if self.deadlines:
            instants = [deadline.at for deadline in self.deadlines]
            if instants != sorted(instants):
                raise ValueError("deadlines out of order")
        if self.cofinancing_rate is not None and not 0 <= self.cofinancing_rate <= 1:
            raise ValueError(f"co-financing rate {self.cofinancing_rate} is not a share from 0 to 1")

    @property
    def is_consultation(self) -> bool:
        """Whether it asks for an answer instead of offering money."""
        return self.kind == CONSULTATION

    def title_in(self, language: str) -> Title:
        """The title in the reader's language where the publisher has one, else as it is."""
        own = Title(language=self.language, text=self.title)
        return next((title for title in (own, *self.titles) if title.language == language), own)

    def next_deadline(self, now: datetime) -> Deadline | None:
        """The next deadline for someone who has not applied yet; None when there is none.

        Who missed the first stage of a two-stage call is out, so only its first deadline counts
        (`eu-portal.md` §7).
        """
        deadlines = self.deadlines or ()
        if self.deadline_model is DeadlineModel.TWO_STAGE:
            deadlines = deadlines[:1]
        return next((deadline for deadline in deadlines if deadline.at >= now), None)

    def status(self, now: datetime) -> Status:
        """Forthcoming, open or closed: by the dates, the publisher's word only where there are none.

        The portal's code lags behind its dates (`eu-portal.md` §6): it is believed for "forthcoming" or not,
        never against a passed deadline. The days of a forthcoming consultation are plans, often a whole quarter:
        it opens when its publisher says so.
        """
        if self.deadlines and self.next_deadline(now) is None:
            return Status.CLOSED
        if self.opening_date is not None and self.opening_date > now.astimezone(BRUSSELS).date():
            return Status.FORTHCOMING
        if self.announced is not None and not (self.deadlines and self.announced is Status.CLOSED):
            lags = self.announced is Status.FORTHCOMING and self.opening_date is not None
            return Status.OPEN if lags and not self.is_consultation else self.announced
        return Status.OPEN

    def days_left(self, now: datetime) -> int | None:
        """Whole days to the next deadline, counted in Brussels days; None when there is none."""
        deadline = self.next_deadline(now)
        if deadline is None:
            return None
        return (deadline.day - now.astimezone(BRUSSELS).date()) // timedelta(days=1)

    def section(self, kind: SectionKind) -> str | None:
        """The text of one section, None when the publisher has none."""
        return next((section.text for section in self.sections if section.kind is kind), None)


@dataclass(frozen=True, kw_only=True)
class ScrapedCall(CallFacts):
    """A call as one source shows it.

    Attributes:
        source: key of the source.
        reference: the source's own identity of it: the fewest stable published fields, raw.
        unread: names of facts that could not be read this time, which is no silence: what is stored of them stays.
    """

    source: str
    reference: str
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SourceLink:
    """Where a stored call was read."""

    source: str
    reference: str
    url: str
    last_seen_at: datetime
    is_seen: bool = True


@dataclass(frozen=True, kw_only=True)
class Call(CallFacts):
    """A stored call: one opportunity, whichever sources carry it.

    Attributes:
        id: our number of it.
        version: rises by one with every change that matters to people (`calls/changes.py`).
        sources: the leading source first.
    """

    id: int
    version: int = 1
    sources: tuple[SourceLink, ...] = ()
    first_seen_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    changed_at: datetime = datetime(1970, 1, 1, tzinfo=UTC)


def _turn_nothing(made: object, field: str) -> None:
    """A title reads the same wherever it is shown, whoever wrote it: no sign in it turns what stands around."""
    text = getattr(made, field)
    if TURNING.search(text):
        object.__setattr__(made, field, TURNING.sub("", text))
