"""Signed links in letters: one salt a purpose, so that a token opens one door only (`reliability.md` C5).

A link leads to a page with a button; opening it changes nothing (`ux.md` 1.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from itsdangerous import BadSignature, URLSafeSerializer
from itsdangerous.encoding import base64_decode, base64_encode

from notifier.errors import BadLink, OldLink
from notifier.model import LetterKind
from texts import N_

_UNSUBSCRIBE = "fondvakt/unsubscribe"
_ANSWER = "fondvakt/answer"
_CALENDAR = "fondvakt/calendar"
_CHOICES = "fondvakt/choices"
_ANSWERS_FOR = timedelta(days=60)
_LEFT_BY_MAIL_PROGRAMS = ">.,;:)=' \""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What an answer link asks: what this person's unit says of a call as it read then."""

    person: str
    unit: str
    call_id: int
    call_version: int


@dataclass(frozen=True)
class Links:
    """The addresses that letters point to.

    Attributes:
        public_url: where readers meet Fondvakt, such as https://fondvakt.exempelstad.example.
        key: what signs; several when the key is changed, the oldest first.
        tenant: whose letters; a token of another tenant is refused.
    """

    public_url: str
    key: str | Sequence[str]
    tenant: str = "default"

    def call(self, call_id: int) -> str:
        """The page of a call."""
        return f"{self._root}/c/{call_id}"

    def needs(self) -> str:
        """The page of the units' needs, where one proposes others."""
        return f"{self._root}/profil"

    def calls(self) -> str:
        """The page of all calls."""
        return f"{self._root}/calls"

    def consultations(self) -> str:
        """The page of all consultations."""
        return f"{self._root}/utlysningar?visa=alla&slag=samrad"

    def letters(self) -> str:
        """The coordinator's page of letters."""
        return f"{self._root}/utskick"

    def letter(self, letter_id: int) -> str:
        """The coordinator's page of one letter."""
        return f"{self.letters()}/brev/{letter_id}"

    def coming(self, person: str) -> str:
        """The coordinator's page of the letter that a person gets next."""
        return f"{self.letters()}/kommande/{quote(person, safe='')}"

    def queue(self) -> str:
        """The coordinator's queue."""
        return f"{self._root}/"

    def people(self) -> str:
        """The page of units and their contact persons."""
        return f"{self._root}/organisation"

    def health(self) -> str:
        """Whether all is well, for machines and for the operator."""
        return f"{self._root}/halsa"

    def unsubscribe(self, person: str, kind: LetterKind | None = None) -> str:
        """Where this person stops the letters, or one other kind of mail; valid as long as the person is registered."""
        told = [self.tenant, person, *([kind.value] if kind not in (None, LetterKind.DIGEST) else [])]
        return f"{self._root}/u/{self._signer(_UNSUBSCRIBE).dumps(told)}"

    def read_stop(self, token: str) -> tuple[str, LetterKind | None]:
        """The key of the person, and the kind of mail that a token stops; None for all letters.

        Raises:
            BadLink: when it was altered, or made for another purpose or municipality.
        """
        match self._read(_UNSUBSCRIBE, token):
            case [str(person)]:
                return person, None
            case [str(person), str(kind)] if kind in set(LetterKind) - {LetterKind.DIGEST}:
                return person, LetterKind(kind)
        raise BadLink.of(N_("Länken nämner ingen person."))

    def choices(self, person: str) -> str:
        """Where this person chooses what to get, without signing in; valid as long as the person is registered."""
        return f"{self._root}/mina-val/{self._signer(_CHOICES).dumps([self.tenant, person])}"

    def read_choices(self, token: str) -> str:
        """The key of the person whose choices a token opens.

        Raises:
            BadLink: as `read_stop` does.
        """
        match self._read(_CHOICES, token):
            case [str(person)]:
                return person
        raise BadLink.of(N_("Länken nämner ingen person."))

    def answer(self, asked: Question, now: datetime) -> str:
        """Where this person answers about a call without signing in; good for 60 days from now."""
        told = [asked.person, asked.unit, asked.call_id, asked.call_version, int(now.timestamp()) // 60]
        return f"{self._root}/svara/{self._signer(_ANSWER).dumps([self.tenant, *told])}"

    def read_answer(self, token: str, now: datetime | None) -> Question:
        """What a link asks.

        Args:
            now: aware; None reads an old link too.

        Raises:
            OldLink: when it was made more than 60 days ago.
            BadLink: as `read_stop` does.
        """
        match self._read(_ANSWER, token):
            case [str(person), str(unit), int(call_id), int(version), int(minutes)]:
                if now is not None and now.timestamp() > minutes * 60 + _ANSWERS_FOR.total_seconds():
                    raise OldLink.of(N_("Länken gällde i 60 dagar."))
                return Question(person=person, unit=unit, call_id=call_id, call_version=version)
        raise BadLink.of(N_("Länken nämner ingen utlysning."))

    def calendar(self, call_id: int, language: str) -> str:
        """A calendar file with the call's deadlines; it names nobody, and is good for as long as the call is kept."""
        told = [self.tenant, call_id, language]
        return f"{self._root}/kalender/utlysning/{self._signer(_CALENDAR).dumps(told)}.ics"

    def read_calendar(self, token: str) -> tuple[int, str]:
        """Which call, and the language of the file's texts.

        Raises:
            BadLink: as `read_stop` does.
        """
        match self._read(_CALENDAR, token):
            case [int(call_id), str(language)]:
                return call_id, language
        raise BadLink.of(N_("Länken nämner ingen utlysning."))

    @property
    def _root(self) -> str:
        return self.public_url.rstrip("/")

    def _signer(self, salt: str) -> URLSafeSerializer:
        return URLSafeSerializer(self.key, salt=salt)

    def _read(self, salt: str, token: str) -> list[Any]:
        """What a token holds after its tenant; what mail programs leave at the end is let go (W-06)."""
        plain = token.rstrip(_LEFT_BY_MAIL_PROGRAMS)
        try:
            loaded = self._signer(salt).loads(plain)
        except BadSignature as failure:
            raise BadLink.of(N_("Länken är ändrad, eller gjord för något annat.")) from failure
        if not isinstance(loaded, list) or not loaded or not _is_as_written(plain):
            raise BadLink.of(N_("Länken är ändrad, eller gjord för något annat."))
        if loaded[0] != self.tenant:
            raise BadLink.of(N_("Länken hör till en annan kommun."))
        return loaded[1:]


def _is_as_written(token: str) -> bool:
    """Whether a good signature is spelt as we spell it: its last letter has bits to spare, so four would pass (C5)."""
    signature = token.rpartition(".")[2]
    return base64_encode(base64_decode(signature)) == signature.encode()
