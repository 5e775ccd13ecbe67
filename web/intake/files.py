"""The profile, or one unit of it, as a file: out as TOML or YAML, in with the difference shown first."""

from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response

from profiles.files import FileForm, UnitFile, file_name, file_text, read_file, unit_file_text
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
from web.intake.keeping import NOT_WHOLE, difference_page
from web.names import Names
from web.render import page
from web.visit import Fields, Here, Refused, Visit

NOTHING = Message(text=N_("Välj en fil, eller klistra in texten."))
OTHER = N_("Filen gäller {other}, men den här kommunen är {own}.")
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
        return _page(visit, problems=failure.problems, text=pasted(fields), status=422)
    other = held.municipality if isinstance(held, UnitFile) else held.key
    if other != profile.key:
        values = {"other": other, "own": profile.key}
        return _page(visit, said=Message(text=OTHER, values=values), text=pasted(fields), status=422)
    if isinstance(held, UnitFile):
        must_edit(visit, PartKind.UNIT, held.unit.key)
        after = with_part(profile, PartKind.UNIT, held.unit.key, held.unit)
        return difference_page(visit, after, title=held.unit.name, unit=held.unit.key)
    if not visit.is_coordinator:
        raise Refused(403, NOT_WHOLE)
    return difference_page(visit, held, title=held.name, document=_as_given(found, held))


def out(visit: Here, name: str) -> Response:
    """A file of the whole profile or of units and people; for the coordinator."""
    profile = must_have_profile(visit)
    make = OUT.get(name)
    if make is None:
        raise HTTPException(404)
    if not visit.is_coordinator:
        raise Refused(403, NOT_WHOLE)
    content, media_type = make(visit, profile)
    return _download(content, media_type, f"{profile.key}-{name}" if not name.startswith("profil.") else
                     file_name(profile, None, FileForm(name.partition(".")[2])))  # fmt: skip


def unit_out(visit: Here, unit: str, form: str) -> Response:
    """A file of one unit."""
    profile = must_have_profile(visit)
    found = next((one for one in profile.units if one.key == unit), None)
    if found is None or not visit.may_see_unit(unit) or form not in set(FileForm):
        raise HTTPException(404)
    chosen = FileForm(form)
    text = unit_file_text(profile, found, chosen)
    return _download(text.encode(), TYPES[chosen], file_name(profile, found, chosen))


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
    text: str = "",
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
        text=text,
        flash=None,
    )
