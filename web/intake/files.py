"""The profile, or one unit of it, as a file: out as TOML or YAML, in with the difference shown first."""

import re
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response

from pipeline.importing import on_top
from pipeline.publishing import NoSuchVersion
from profiles.files import FileForm, UnitFile, base_of, file_name, file_text, read_file, unit_file_text
from profiles.intake.columns import PEOPLE, UNITS
from profiles.intake.roster_sheet import roster_csv, roster_xlsx
from profiles.model import Profile
from profiles.parts import PartKind, with_part
from profiles.problems import Problem, ProfileError
from storage import profiles as stored_profiles
from storage.database import reading
from texts import N_, Message
from web.editor.editing import must_edit, must_have_profile
from web.intake.brought import Brought, brought, pasted
from web.intake.keeping import NOT_WHOLE, Meanwhile, difference_page
from web.names import Names
from web.render import page
from web.visit import Fields, Here, Refused, Visit, text_of

NOTHING = Message(text=N_("Välj en fil, eller klistra in texten."))
OTHER = N_("Filen gäller {other}, men den här kommunen är {own}.")
VERSION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
TYPES = {FileForm.TOML: "application/toml; charset=utf-8", FileForm.YAML: "application/yaml; charset=utf-8"}


def ask(visit: Here) -> Response:
    """The form."""
    return _page(visit)


def read(visit: Here, fields: Fields) -> Response:
    """The difference that a file would make; every fault of it with its line."""
    profile = must_have_profile(visit)
    found = brought(fields)
    if found is None:
        return _page(visit, said=NOTHING, status=422)
    try:
        held = read_file(found.content, found.name or "text")
    except ProfileError as failure:
        return _page(visit, problems=failure.problems, fields=fields, status=422)
    other = held.municipality if isinstance(held, UnitFile) else held.key
    if other != profile.key:
        values = {"other": other, "own": profile.key}
        return _page(visit, said=Message(text=OTHER, values=values), fields=fields, status=422)
    if isinstance(held, UnitFile):
        must_edit(visit, PartKind.UNIT, held.unit.key)
    elif not visit.is_coordinator:
        raise Refused(403, NOT_WHOLE)
    try:
        return _shown(visit, found, held, _made_from(fields, found, profile) or visit.profile_version)
    except NoSuchVersion as failure:
        return _page(visit, said=failure.message, fields=fields, status=422)


def _shown(visit: Visit, found: Brought, held: Profile | UnitFile, base: int) -> Response:
    """The difference; a file made from an older version is put on top of what others have changed since (P-23)."""
    is_unit = isinstance(held, UnitFile)
    unit = held.unit.key if is_unit else ""

    def said(profile: Profile) -> Profile:
        return with_part(profile, unit, held.unit) if is_unit else held

    with reading(visit.context.engine) as conn:
        stacked = on_top(conn, visit.context.tenant, base, said)
    document = None if is_unit or stacked.lost else _as_given(found, held)
    title = held.unit.name if is_unit else held.name
    meanwhile = Meanwhile(since=base, changes=stacked.lost) if stacked.lost else None
    return difference_page(
        visit, stacked.after, title=title, document=document, unit=unit, meanwhile=meanwhile
    )


def _made_from(fields: Fields, found: Brought, profile: Profile) -> int | None:
    """The version that a file was made from: as typed, else as its name says; None when neither says."""
    typed = text_of(fields.get("made_from"))
    if not typed:
        return base_of(found.name, profile)
    if not VERSION.fullmatch(typed):
        raise NoSuchVersion(typed)
    return int(typed)


def out(visit: Here, name: str) -> Response:
    """A file of the whole profile or of units and people; for the coordinator."""
    profile = must_have_profile(visit)
    make = OUT.get(name)
    if make is None:
        raise HTTPException(404)
    if not visit.is_coordinator:
        raise Refused(403, NOT_WHOLE)
    content, media_type = make(visit, profile)
    called = f"{profile.key}-{name}"
    if name.startswith("profil."):
        called = file_name(profile, None, FileForm(name.partition(".")[2]), visit.profile_version)
    return _download(content, media_type, called)


def unit_out(visit: Here, unit: str, form: str) -> Response:
    """A file of one unit."""
    profile = must_have_profile(visit)
    found = next((one for one in profile.units if one.key == unit), None)
    if found is None or not visit.may_see_unit(unit) or form not in set(FileForm):
        raise HTTPException(404)
    chosen = FileForm(form)
    text = unit_file_text(profile, found, chosen)
    return _download(text.encode(), TYPES[chosen], file_name(profile, found, chosen, visit.profile_version))


def _stored(visit: Visit, profile: Profile) -> bytes:
    """The profile's text letter by letter, as it was given."""
    with reading(visit.context.engine) as conn:
        stored = stored_profiles.latest(conn, visit.context.tenant)
    return (stored.document if stored else file_text(profile, FileForm.TOML)).encode()


OUT: dict[str, Callable[[Visit, Profile], tuple[bytes, str]]] = {
    "profil.toml": lambda visit, profile: (_stored(visit, profile), TYPES[FileForm.TOML]),
    "profil.yaml": lambda visit, profile: (file_text(profile, FileForm.YAML).encode(), TYPES[FileForm.YAML]),
    "mall.xlsx": lambda visit, profile: (roster_xlsx(profile, visit.language, filled=False), XLSX),
    "enheter-och-personer.xlsx": lambda visit, profile: (roster_xlsx(profile, visit.language), XLSX),
    "enheter.csv": lambda visit, profile: (roster_csv(profile, UNITS, visit.language), CSV),
    "personer.csv": lambda visit, profile: (roster_csv(profile, PEOPLE, visit.language), CSV),
}


def _download(content: bytes, media_type: str, name: str) -> Response:
    """An answer that is saved; the name is made of keys, so it needs no quoting (X-07)."""
    headers = Headers({"content-disposition": f'attachment; filename="{name}"'})
    return Response(content, media_type=media_type, headers=dict(headers))


def _as_given(found: Brought, held: Profile) -> str | None:
    """The text letter by letter where it is TOML; None where it is written anew, as for YAML."""
    text = found.content.decode("utf-8").removeprefix("\ufeff")
    try:
        return text if read_file(text.encode(), "p.toml") == held else None
    except ProfileError:
        return None


def _page(
    visit: Visit,
    *,
    problems: tuple[Problem, ...] = (),
    said: Message | None = None,
    fields: Fields | None = None,
    status: int = 200,
) -> Response:
    profile = must_have_profile(visit)
    return page(
        visit,
        "intake/files.html",
        status=status,
        names=Names(visit),
        units=[unit for unit in profile.units if visit.may_see_unit(unit.key)],
        problems=problems,
        said=said,
        text=pasted(fields) if fields else "",
        made_from=text_of(fields.get("made_from")) if fields else "",
    )
