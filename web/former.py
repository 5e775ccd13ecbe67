"""What units and needs were called that the profile has no more: older versions of it know (P-07)."""

from profiles.load import read_profile
from profiles.model import Need, Unit
from profiles.problems import ProfileError
from storage import profiles as stored_profiles
from storage.database import reading
from web import presentation
from web.visit import Visit


def unit(visit: Visit, key: str) -> Unit | None:
    """A unit as the newest version that has it says; None when none ever had."""
    return presentation.unit_of(visit.profile, key) or _found(visit, key, "")


def unit_name(visit: Visit, key: str) -> str:
    """What a unit is or was called; its key when no version knows it."""
    found = unit(visit, key)
    return key if found is None else found.name_en if visit.language == "en" else found.name


def need(visit: Visit, unit_key: str, key: str) -> Need | None:
    """A need as the newest version that has it says; None when none ever had."""
    here = _need_of(presentation.unit_of(visit.profile, unit_key), key)
    return here or _need_of(_found(visit, unit_key, key), key)


def need_title(visit: Visit, unit_key: str, key: str) -> str:
    """What a need is or was called; its key when no version knows it."""
    found = need(visit, unit_key, key)
    if found is None:
        return key
    return (found.title_en or found.title) if visit.language == "en" else found.title


def _found(visit: Visit, unit_key: str, need_key: str) -> Unit | None:
    """Looked for once a version of the profile, and kept."""
    memory, about = visit.context.memory, ("former", visit.profile_version, unit_key, need_key)
    kept = memory.kept(about)
    if kept is None:
        kept = (_searched(visit, unit_key, need_key),)
        memory.keep(about, kept)
    return kept[0]


def _searched(visit: Visit, unit_key: str, need_key: str) -> Unit | None:
    if visit.profile is None or not unit_key:
        return None
    with reading(visit.context.engine) as conn:
        versions = stored_profiles.versions(conn, visit.context.tenant)
    for version in reversed(versions):
        if unit_key not in version.document or need_key not in version.document:
            continue
        try:
            found = presentation.unit_of(read_profile(version.document, version.key), unit_key)
        except ProfileError:  # a version from before today's rules; an older one may do
            continue
        if found is not None and (not need_key or _need_of(found, need_key)):
            return found
    return None


def _need_of(found: Unit | None, key: str) -> Need | None:
    return next((one for one in (found.needs if found else ()) if one.key == key), None)
