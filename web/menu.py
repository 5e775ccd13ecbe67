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
        under: other addresses whose pages belong to it, with all below them.
        is_first: shown at once; the rest lies under "Mer".
    """

    path: str
    label: str
    under: tuple[str, ...] = ()
    is_first: bool = True


ENTRIES = (
    Entry(path="/", label=N_("Matchningskö"), under=("/svar", "/beslut", "/senaste-beslut", "/rattelse")),
    Entry(path="/utlysningar", label=N_("Utlysningar"), under=("/utlysning",)),
    Entry(path="/profil", label=N_("Profil")),
    Entry(path="/utskick", label=N_("Utskick")),
    Entry(path="/oversikt", label=N_("Översikt")),
    Entry(path="/organisation", label=N_("Organisation"), is_first=False),
    Entry(path="/historik", label=N_("Historik"), is_first=False),
    Entry(path="/kallor", label=N_("Källor"), is_first=False),
    Entry(path="/installningar", label=N_("Inställningar"), is_first=False),
    Entry(path="/mina-val", label=N_("Mina val"), is_first=False),
    Entry(path="/hjalp", label=N_("Hjälp"), is_first=False),
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
    return any(bare == own or bare.startswith(f"{own}/") for own in (entry.path, *entry.under))
