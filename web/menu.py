"""The menu: the pages of the house that a reader may open, in the order of use."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from profiles.model import Role
from texts import N_
from web.access import Access, may


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One page of the menu.

    Attributes:
        path: its address; shown to whoever may open the door there.
        under: how addresses begin that belong to it.
        is_first: shown at once; the rest lies under "Mer".
    """

    path: str
    label: str
    under: str
    is_first: bool = True


ENTRIES = (
    Entry(path="/", label=N_("Matchningskö"), under="/?"),
    Entry(path="/utlysningar", label=N_("Utlysningar"), under="/utlysning"),
    Entry(path="/profil", label=N_("Profil"), under="/profil"),
    Entry(path="/utskick", label=N_("Utskick"), under="/utskick"),
    Entry(path="/oversikt", label=N_("Översikt"), under="/oversikt"),
    Entry(path="/organisation", label=N_("Organisation"), under="/organisation", is_first=False),
    Entry(path="/historik", label=N_("Historik"), under="/historik", is_first=False),
    Entry(path="/kallor", label=N_("Källor"), under="/kallor", is_first=False),
    Entry(path="/installningar", label=N_("Inställningar"), under="/installningar", is_first=False),
    Entry(path="/mina-val", label=N_("Mina val"), under="/mina-val", is_first=False),
    Entry(path="/hjalp", label=N_("Hjälp"), under="/hjalp", is_first=False),
)
ONLY_COORDINATOR = "/"  # others are led on from there
SHORT = 5  # so many fit in the head of the page


def entries(doors: Mapping[str, Access], role: Role | None) -> list[Entry]:
    """What a role finds in its menu; `doors` is who may open which page."""
    found = [entry for entry in ENTRIES if entry.path in doors and may(role, doors[entry.path])]
    found = [entry for entry in found if entry.path != ONLY_COORDINATOR or role is Role.COORDINATOR]
    return found if len(found) > SHORT else [replace(entry, is_first=True) for entry in found]


def is_here(entry: Entry, path: str) -> bool:
    """Whether an address belongs to an entry."""
    bare = path.partition("?")[0]
    return bare == entry.path or (entry.path != "/" and bare.startswith(entry.under))
