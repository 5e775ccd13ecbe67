"""Builders for the notifier's tests: contexts, digests, rendered letters, and ways to read them."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from html.parser import HTMLParser

from builders import NOW, a_call, a_match, a_person, a_profile
from calls.model import Deadline, SourceLink, Title
from calls.vocabulary import CONSULTATION
from notifier.digest import ToldBefore, build_digest
from notifier.links import Links
from notifier.model import Accepted, Digest, Letter
from notifier.render import render
from notifier.view import LetterContext

KEY = "a key that only tests know, long enough"
WEEK = "2026-W34"


def a_source(number: int = 1, **facts) -> SourceLink:
    given = {
        "source": "eu-portal",
        "reference": f"{number}TOPICSen",
        "url": f"https://portal.example/topics/{number}",
        "last_seen_at": datetime(2026, 8, 21, 3, 40, tzinfo=UTC),
    }
    return SourceLink(**(given | facts))


def in_days(days: int) -> tuple[Deadline, ...]:
    """One deadline at 17.00 Brussels time so many days from now."""
    return (Deadline(at=(NOW + timedelta(days=days)).replace(hour=17, minute=0)),)


def accepted(number: int = 1, *, match: dict | None = None, **facts) -> Accepted:
    """An accepted match of the schools' need with call `number`, ninety days before its deadline."""
    given = {
        "id": number,
        "title": f"Call number {number}",
        "deadlines": in_days(90 + number),
        "sources": (a_source(number),),
    }
    return Accepted(call=a_call(**(given | facts)), match=a_match(call_id=number, **(match or {})))


def a_context(**facts) -> LetterContext:
    profile = facts.pop("profile", None) or a_profile()
    given = {
        "tenant": "default",
        "profile": profile,
        "links": Links("https://fondvakt.exempelstad.example", KEY),
        "sender": "fondvakt@exempelstad.example",
        "reply_to": "eu@exempelstad.example",
        "now": NOW,
        "publishers": {"eu-portal": "Europeiska kommissionen"},
    }
    return LetterContext(**(given | facts))


def a_digest(
    *items: Accepted, person=None, profile=None, received=None, changes=None, told=(), **options
) -> Digest:
    digest = build_digest(
        person or a_person(),
        profile or a_profile(),
        items or (accepted(),),
        ToldBefore(received=received or {}, changes=changes, to_units=told),
        NOW,
        WEEK,
        **options,
    )
    assert digest is not None
    return digest


def a_letter(*items: Accepted, context: LetterContext | None = None, **options) -> Letter:
    context = context or a_context()
    return render(a_digest(*items, profile=context.profile, **options), context)


def numbered(letter: Letter, number: int) -> Letter:
    """The same letter as another one, for runs of many."""
    return replace(letter, person=f"person-{number}", message_id=f"<{number}@exempelstad.example>")


def parsed(letter: Letter):
    return message_from_bytes(letter.content, policy=policy.SMTP)


def text_of(letter: Letter) -> str:
    return parsed(letter).get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(letter: Letter) -> str:
    return parsed(letter).get_body(("html",)).get_content()


class Page(HTMLParser):
    """An HTML part as tests ask about it: elements, words that are shown, and links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._hidden = 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self._hidden += tag in ("style", "title")

    def handle_endtag(self, tag):
        self._hidden -= tag in ("style", "title")

    def handle_data(self, data):
        if not self._hidden:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def links(self) -> list[str]:
        return [attrs["href"] for tag, attrs in self.elements if tag == "a"]

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def addresses_in(text: str) -> set[str]:
    return set(re.findall(r"https?://\S+", text))


def consultation(number: int = 100, *, match: dict | None = None, **facts) -> Accepted:
    """An accepted match of the schools' need with a consultation that closes in thirty days."""
    given = {
        "kind": CONSULTATION,
        "title": f"Initiative {number} on pupil exchanges",
        "titles": (Title(language="sv", text=f"Initiativ {number} om elevutbyten"),),
        "keywords": ("communication", "Education and training"),
        "deadlines": in_days(30),
        "sources": (a_source(number, source="have-your-say"),),
    }
    return accepted(number, match=match, **(given | facts))
