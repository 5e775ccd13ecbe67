"""What the other mails say, in the reader's language: the same for the text part and the HTML part."""

from dataclasses import dataclass

from notifier.changes import ShownChange
from notifier.model import LetterKind
from notifier.view import Contact, Fact


@dataclass(frozen=True, kw_only=True)
class NoticeLink:
    """Where a reader can go; `about` is the foreign title that the words end with, None without one."""

    words: str
    href: str
    is_button: bool = False
    about: str | None = None
    language: str = ""


@dataclass(frozen=True, kw_only=True)
class NoticeItem:
    """One call, unit or incident; `language` is that of the title, None for the letter's own."""

    title: str
    language: str | None = None
    codes: str = ""
    lead: str = ""
    note: str = ""
    facts: tuple[Fact, ...] = ()
    changes: tuple[ShownChange, ...] = ()
    links: tuple[NoticeLink, ...] = ()


@dataclass(frozen=True, kw_only=True)
class NoticeSection:
    """Items under a heading; an empty title for a letter with one section only."""

    title: str
    items: tuple[NoticeItem, ...]


@dataclass(frozen=True, kw_only=True)
class NoticeView:
    """Everything that a notice says.

    Attributes:
        preheader: what mail programs show beside the subject.
        paragraphs: what stands before the items; empty where the heading and they say it all.
        notes: what stands in the foot beside the reason.
        contact: None where the reader is the coordinator, whom questions go to.
    """

    kind: LetterKind
    language: str
    municipality: str
    subject: str
    heading: str
    preheader: str
    why: str
    choices: str
    unsubscribe: str
    stop: str
    contact: Contact | None
    paragraphs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    sections: tuple[NoticeSection, ...] = ()
    links: tuple[NoticeLink, ...] = ()
