"""The letter's facts as words, the same for the text part and the HTML part; templates only place them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from notifier.changes import ShownChange
from notifier.links import Links
from profiles.model import ContactPerson, Profile


@dataclass(frozen=True, kw_only=True)
class LetterContext:
    """What every letter of a municipality has in common.

    Attributes:
        sender: the address that letters come from.
        reply_to: a mailbox that somebody reads, the coordinator's.
        now: aware; the moment of rendering.
        publishers: source key to the name of who publishes it.
        max_lines: how many calls are told in one line each; the rest are counted.
        coordinator: who answers questions, None where the profile has nobody.
    """

    tenant: str
    profile: Profile
    links: Links
    sender: str
    reply_to: str
    now: datetime
    publishers: Mapping[str, str] = field(default_factory=dict)
    max_lines: int = 40
    coordinator: ContactPerson | None = None


@dataclass(frozen=True, kw_only=True)
class Contact:
    """Who answers questions: `ask` goes before the address; `phone` is empty without one, `dial` its digits."""

    ask: str
    email: str
    phone: str = ""
    dial: str = ""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One line of facts; `is_key` for the one that readers look for first."""

    label: str
    value: str
    is_key: bool = False


@dataclass(frozen=True, kw_only=True)
class Quote:
    """The need's own words beside the call's sentence; `call` is None when there is no pair."""

    need: str
    need_language: str
    call: str | None = None
    call_language: str = ""
    section: str = ""


@dataclass(frozen=True, kw_only=True)
class CheckView:
    """One check: what is asked, the answer in a word or four, and why."""

    label: str
    answer: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Credit:
    """Who publishes the call, where, and when we read it; `href` is None when it cannot be followed."""

    publisher: str
    url: str
    href: str | None
    host: str
    read_at: str | None


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """One call in full; `short_title` stands in the words of a link.

    `area` is the priority area that the need serves, empty when it serves none; `swedish_area` its name where that
    stands in Swedish in a letter that is not. `notes` are the source's oddities.
    `answer` is where one answers, `calendar` a file with the deadlines, empty when there are none.
    """

    title: str
    short_title: str
    language: str
    codes: str
    page: str
    answer: str
    calendar: str
    band: str
    dot: str
    children_and_youth: bool
    facts: tuple[Fact, ...]
    changes: tuple[ShownChange, ...]
    quotes: tuple[Quote, ...]
    reasons: tuple[str, ...]
    area: str
    swedish_area: str
    checks: tuple[CheckView, ...]
    notes: tuple[str, ...]
    also_for: str
    credit: Credit


@dataclass(frozen=True, kw_only=True)
class ConsultationView:
    """One consultation: `original` is its title in its own language where `title` is another, else empty.

    `act` is the kind of act that is asked about, empty when the source does not say. `need` is the need it met; where
    it is `of_area`, the one that speaks for its priority area, whose words are then quoted.
    """

    title: str
    short_title: str
    language: str
    original: str
    original_language: str
    act: str
    band: str
    dot: str
    children_and_youth: bool
    by: str
    last_day: str
    changes: tuple[ShownChange, ...]
    need: str
    of_area: bool
    quotes: tuple[Quote, ...]
    reasons: tuple[str, ...]
    area: str
    swedish_area: str
    also_for: str
    answer: str
    calendar: str
    page: str
    credit: Credit


@dataclass(frozen=True, kw_only=True)
class LineView:
    """One call in one line; `answer` is where one reads more and answers."""

    title: str
    language: str
    answer: str
    note: str


@dataclass(frozen=True, kw_only=True)
class NeedGroup:
    """The calls that met one need."""

    need: str
    items: tuple[ItemView, ...]


@dataclass(frozen=True, kw_only=True)
class Section:
    """New or changed calls of one unit."""

    title: str
    groups: tuple[NeedGroup, ...]


@dataclass(frozen=True, kw_only=True)
class AwaitingView:
    """A call that the reader's unit has been asked about: `asked` says who and when, `note` in which words.

    `by` stands before the last day.
    """

    title: str
    short_title: str
    language: str
    asked: str
    note: str
    by: str
    last_day: str
    answer: str


@dataclass(frozen=True, kw_only=True)
class DateView:
    """A followed call's next deadline, as a row of the table of dates."""

    title: str
    language: str
    page: str
    day: str
    left: str


@dataclass(frozen=True, kw_only=True)
class LetterView:
    """Everything that a letter says, in the reader's language; mail programs show `preheader` beside the subject.

    `first_name` is empty where the reader is a function, or nobody can tell.
    """

    language: str
    municipality: str
    week: str
    first_name: str
    summary: str
    preheader: str
    nearest: str
    sections: tuple[Section, ...]
    more_title: str
    lines: tuple[LineView, ...]
    left_out: str
    all_calls: str
    needs: str
    why: str
    unsubscribe: str
    contact: Contact
    unreached: str
    unreviewed: str
    awaiting: tuple[AwaitingView, ...]
    dates: tuple[DateView, ...]
    more_dates: str
    consultations: tuple[ConsultationView, ...]
    more_consultations: str
    all_consultations: str
    earlier: tuple[LineView, ...]
    more_earlier: str
    choices: str
