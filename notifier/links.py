"""Signed links in letters: one salt a purpose, so that a token opens one door only (`reliability.md` C5).

A link leads to a page with a button; opening it changes nothing (`ux.md` 1.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from notifier.errors import BadLink
from texts import N_, Message

_UNSUBSCRIBE = "fondvakt/unsubscribe"
_LEFT_BY_MAIL_PROGRAMS = ">.,;:)=' \""


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

    def calls(self) -> str:
        """The page of all calls."""
        return f"{self._root}/calls"

    def unsubscribe(self, person: str) -> str:
        """Where this person stops the letters; valid as long as the person is registered."""
        return f"{self._root}/u/{self._signer(_UNSUBSCRIBE).dumps([self.tenant, person])}"

    def read_unsubscribe(self, token: str) -> str:
        """The key of the person that a token was made for.

        Raises:
            BadLink: when it was altered, or made for another purpose or municipality.
        """
        tenant, person = self._read(_UNSUBSCRIBE, token)
        if tenant != self.tenant:
            raise BadLink(Message(text=N_("Länken hör till en annan kommun.")))
        return person

    @property
    def _root(self) -> str:
        return self.public_url.rstrip("/")

    def _signer(self, salt: str) -> URLSafeSerializer:
        return URLSafeSerializer(self.key, salt=salt)

    def _read(self, salt: str, token: str) -> tuple[str, str]:
        """The tenant and the person; what mail programs leave at the end of an address is let go (W-06)."""
        try:
            loaded = self._signer(salt).loads(token.rstrip(_LEFT_BY_MAIL_PROGRAMS))
        except BadSignature as failure:
            raise BadLink(Message(text=N_("Länken är ändrad, eller gjord för något annat."))) from failure
        if not (isinstance(loaded, list) and len(loaded) == 2 and all(isinstance(x, str) for x in loaded)):
            raise BadLink(Message(text=N_("Länken nämner ingen person.")))
        return loaded[0], loaded[1]
