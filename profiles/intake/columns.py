"""The columns of the sheet of units and people, by Swedish and English titles."""

import re
from dataclasses import dataclass
from enum import StrEnum

from profiles.model import LegalForm, Role, UnitKind


class Form(StrEnum):
    """How a cell of a column is read."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    DAY = "day"
    CHOICE = "choice"
    LIST = "list"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: what it fills, and how it may be called."""

    field: str
    title: str
    title_en: str
    also: tuple[str, ...] = ()
    form: Form = Form.TEXT
    choices: tuple[tuple[str, str], ...] = ()  # what may be written, and what it means
    is_needed: bool = False

    @property
    def names(self) -> set[str]:
        """All the titles it may have, as `plain` writes them."""
        return {plain(name) for name in (self.title, self.title_en, self.field, *self.also)}


@dataclass(frozen=True)
class Table:
    """One of the two tables; `telling` are the fields that only it has."""

    title: str
    title_en: str
    columns: tuple[Column, ...]
    telling: frozenset[str]

    def column(self, title: str) -> Column | None:
        """The column of a title, None when no column is called so."""
        return next((column for column in self.columns if plain(title) in column.names), None)

    def is_headed(self, titles: list[str]) -> bool:
        """Whether a heading row is this table's: a name, and one of the columns that only this table has."""
        found = {column.field for title in titles if (column := self.column(title))}
        return "name" in found and bool(found & self.telling)

    @property
    def titles(self) -> str:
        """All Swedish titles, one after the other."""
        return ", ".join(column.title for column in self.columns)


def plain(title: str) -> str:
    """A title without signs, spaces and capitals."""
    return re.sub(r"[\W_]+", "", title.casefold().replace("\ufeff", ""))


_KINDS = (
    ("förvaltning", UnitKind.DEPARTMENT), ("department", UnitKind.DEPARTMENT), ("bolag", UnitKind.COMPANY),
    ("company", UnitKind.COMPANY), ("förbund", UnitKind.FEDERATION), ("federation", UnitKind.FEDERATION),
)  # fmt: skip
_FORMS = (
    ("kommun", LegalForm.MUNICIPALITY), ("kommunen själv", LegalForm.MUNICIPALITY),
    ("municipality", LegalForm.MUNICIPALITY), ("kommunalt bolag", LegalForm.MUNICIPAL_COMPANY),
    ("municipal company", LegalForm.MUNICIPAL_COMPANY), ("municipal_company", LegalForm.MUNICIPAL_COMPANY),
    ("kommunalförbund", LegalForm.MUNICIPAL_FEDERATION), ("municipal federation", LegalForm.MUNICIPAL_FEDERATION),
    ("municipal_federation", LegalForm.MUNICIPAL_FEDERATION),
)  # fmt: skip
_ROLES = (
    ("samordnare", Role.COORDINATOR), ("eu-samordnare", Role.COORDINATOR), ("coordinator", Role.COORDINATOR),
    ("kontaktperson", Role.CONTACT), ("contact", Role.CONTACT), ("contact person", Role.CONTACT),
    ("chef", Role.HEAD), ("head", Role.HEAD), ("förtroendevald", Role.ELECTED), ("elected", Role.ELECTED),
    ("systemadministratör", Role.OPERATOR), ("operator", Role.OPERATOR),
)  # fmt: skip
_LANGUAGES = (
    ("svenska", "sv"),
    ("sv", "sv"),
    ("swedish", "sv"),
    ("engelska", "en"),
    ("en", "en"),
    ("english", "en"),
)

UNITS = Table(
    "Enheter",
    "Units",
    (
        Column(field="key", title="Nyckel", title_en="Key"),
        Column(field="name", title="Namn", title_en="Name", also=("Enhet", "Unit"), is_needed=True),
        Column(field="name_en", title="Namn på engelska", title_en="Name in English"),
        Column(field="kind", title="Slag", title_en="Kind", form=Form.CHOICE, choices=_KINDS),
        Column(field="legal_form", title="Juridisk form", title_en="Legal form", form=Form.CHOICE, choices=_FORMS),
        Column(field="board", title="Nämnd", title_en="Board", also=("Styrelse",)),
        Column(field="preparation_days", title="Förberedelsetid (dagar)", title_en="Preparation (days)",
               also=("Förberedelsetid", "Preparation days"), form=Form.NUMBER),
        Column(field="own_contribution_max", title="Största egen insats (euro)", title_en="Largest own share (euro)",
               also=("Största egen insats", "Own contribution max"), form=Form.NUMBER),
        Column(field="may_lead", title="Får leda", title_en="May lead", form=Form.FLAG),
    ),
    frozenset({"kind", "legal_form", "board", "preparation_days", "own_contribution_max", "may_lead"}),
)  # fmt: skip
PEOPLE = Table(
    "Personer",
    "People",
    (
        Column(field="key", title="Nyckel", title_en="Key"),
        Column(field="name", title="Namn", title_en="Name", also=("Funktion",), is_needed=True),
        Column(field="email", title="E-post", title_en="E-mail", also=("Epostadress", "Mejl", "Mail", "Mail address"),
               is_needed=True),
        Column(field="role", title="Roll", title_en="Role", form=Form.CHOICE, choices=_ROLES),
        Column(field="units", title="Enheter", title_en="Units", also=("Enhet", "Unit"), form=Form.LIST),
        Column(field="language", title="Språk", title_en="Language", form=Form.CHOICE, choices=_LANGUAGES),
        Column(field="appointed_from", title="Från", title_en="From", form=Form.DAY),
        Column(field="appointed_to", title="Till", title_en="To", form=Form.DAY),
        Column(field="is_deputy", title="Ersättare", title_en="Deputy", form=Form.FLAG),
        Column(field="phone", title="Telefon", title_en="Telephone", also=("Phone", "Tel", "Telefonnummer")),
    ),
    frozenset({"email", "role"}),
)  # fmt: skip
TABLES = (UNITS, PEOPLE)
