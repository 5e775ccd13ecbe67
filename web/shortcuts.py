"""Single-key shortcuts: off until a person switches them on, and each of them to be changed (WCAG 2.1.4)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from storage import audit, choices
from storage.audit import Event
from storage.database import reading, writing
from texts import N_, Message
from web.decisions import Fault
from web.flash import Flash, flash_page, go_on
from web.names import Names
from web.visit import Fields, Here, Visit, own_path

NAME = "keys"
PLAIN = re.compile(r"[a-zåäö0-9/?.,+*-]")
DEEDS = {
    "next": ("j", N_("nästa utlysning")),
    "previous": ("k", N_("föregående utlysning")),
    "mark": ("x", N_("markera, eller ta bort markeringen")),
    "accept": ("a", N_("godkänn enheten, alla när rubriken har fokus, eller alla markerade")),
    "reject": ("r", N_("avvisa: välj sedan skäl med en siffra")),
    "later": ("s", N_("skjut upp")),
    "forward": ("t", N_("skicka till en enhet")),
    "refer": ("g", N_("fråga referensgruppen")),
    "note": ("n", N_("godkänn med anteckning")),
    "undo": ("z", N_("ångra det senaste")),
    "search": ("/", N_("sök")),
    "help": ("?", N_("visa tangenterna")),
}
ENTER = N_("öppna")


@dataclass(frozen=True)
class Shortcut:
    """One line of the help: key as shown, and what it does."""

    key: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Keys:
    """A person's shortcuts.

    Attributes:
        own: deed to key, where they have changed it.
    """

    is_on: bool = False
    own: Mapping[str, str] = field(default_factory=dict)

    def key(self, deed: str) -> str:
        """The key of a deed."""
        return self.own.get(deed, DEEDS[deed][0])

    @property
    def pressed(self) -> dict[str, str]:
        """Key to deed."""
        return {self.key(deed): deed for deed in DEEDS}

    @property
    def shown(self) -> list[Shortcut]:
        """All that can be pressed in the list, Enter too."""
        lines = [Shortcut(self.key(deed).upper(), label) for deed, (_, label) in DEEDS.items()]
        return [*lines[:2], Shortcut("Enter", ENTER), *lines[2:]]

    def kept(self) -> dict[str, Any]:
        """What is stored."""
        return {"on": self.is_on, "own": dict(self.own)}


def keys_of(visit: Visit, conn: Connection) -> Keys:
    """The reader's shortcuts; anything odd in what is stored counts as not chosen."""
    kept = choices.of_person(conn, visit.context.tenant, visit.person.key, NAME)
    if not isinstance(kept, dict) or not isinstance(kept.get("own", {}), dict):
        return Keys()
    own = {deed: key for deed, key in kept.get("own", {}).items() if deed in DEEDS and _is_key(key)}
    return Keys(is_on=kept.get("on") is True, own=own)


def switch(visit: Here, fields: Fields) -> Response:
    """Turn the shortcuts on or off, and go back."""
    with writing(visit.context.engine) as conn:
        before = keys_of(visit, conn)
        _keep(visit, conn, before, Keys(is_on=fields.get("pa") == "1", own=before.own))
    back = own_path(fields.get("back")).partition("#")[0]
    return RedirectResponse(f"{back}#tangenter", status_code=303)


def keys_page(visit: Here) -> Response:
    """The shortcuts, to be changed."""
    with reading(visit.context.engine) as conn:
        keys = keys_of(visit, conn)
    return _form(visit, keys, {deed: keys.key(deed) for deed in DEEDS}, [], 200)


def change(visit: Here, fields: Fields) -> Response:
    """Keep other keys."""
    is_back = fields.get("gor") == "tillbaka"
    typed = {deed: str(fields.get(deed, "")).strip().lower()[:8] for deed in DEEDS}
    wanted = {} if is_back else {deed: key for deed, key in typed.items() if key != DEEDS[deed][0]}
    asked = Keys(is_on=fields.get("pa") == "1", own=wanted)
    faults = [] if is_back else _faults(typed)
    if faults:
        return _form(visit, asked, typed, faults, 422)
    with writing(visit.context.engine) as conn:
        _keep(visit, conn, keys_of(visit, conn), asked)
    return go_on(visit, "/installningar/tangenter", Flash(deed="saved"))


def _keep(visit: Visit, conn: Connection, before: Keys, after: Keys) -> None:
    tenant, person = visit.context.tenant, visit.person.key
    choices.choose_for_person(conn, tenant, person, NAME, after.kept(), visit.now)
    event = Event(
        actor=person,
        channel="web",
        kind="choice",
        key=f"{person}/{NAME}",
        action="choose",
        before=before.kept(),
        after=after.kept(),
    )
    audit.record(conn, tenant, event, visit.now)


def _faults(typed: Mapping[str, str]) -> list[Fault]:
    found = []
    for deed, key in typed.items():
        if not _is_key(key):
            text = Message(text=N_("Ange en enda bokstav, siffra eller något av / ? . , + * -."))
            found.append(Fault(field=deed, message=text))
        elif list(typed.values()).count(key) > 1:
            text = Message(text=N_("Tangenten {key} är vald två gånger."), values={"key": key.upper()})
            found.append(Fault(field=deed, message=text))
    return found


def _is_key(key: Any) -> bool:
    return isinstance(key, str) and PLAIN.fullmatch(key) is not None


def _form(visit: Visit, keys: Keys, typed: Mapping[str, str], faults: list[Fault], status: int) -> Response:
    return flash_page(
        visit,
        "deeds/keys.html",
        status=status,
        names=Names(visit),
        keys=keys,
        rows=[(deed, label, typed[deed]) for deed, (_, label) in DEEDS.items()],
        faults=faults,
        faulty={fault.field for fault in faults},
    )
