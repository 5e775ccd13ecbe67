"""`fondvakt init` and `fondvakt profile check|import|export|diff`."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from commands.language import FAILED, WRONG_USE, _, said
from commands.output import Json, err, out, print_json
from pipeline import wiring
from pipeline.importing import CLI, take_in
from pipeline.publishing import PartMoved, Published
from profiles.diff import ProfileChange, profile_differences
from profiles.files import FileForm, base_of, file_text, unit_file_text
from profiles.intake.documents import LARGEST_DOCUMENT, read_document
from profiles.intake.policies import read_policy
from profiles.load import load_profile, preset_keys, preset_path
from profiles.model import Profile
from profiles.problems import ProfileError
from profiles.write import profile_text
from storage import profiles as stored_profiles
from storage.database import reading
from texts import cause_of

app = typer.Typer(no_args_is_help=True, help=_("Kommunens profil: granska, ta in, skriv ut, jämför."))

FileOrKey = Annotated[
    str, typer.Argument(metavar="FILE|KEY", help=_("En profilfil eller en förvald kommun."))
]


def init(
    municipality: Annotated[
        str,
        typer.Option(
            help=_("Förvald kommun ({keys}) eller en profilfil.").format(keys=", ".join(preset_keys()))
        ),
    ],
    as_json: Json = False,
) -> None:
    document, profile = _read(municipality)
    installation = wiring.opened()
    _refuse_over_people(installation, municipality, profile)
    number = _taken_in(installation, document, profile).version
    if as_json:
        print_json(
            {"municipality": profile.key, "version": number, "data_dir": str(installation.settings.data_dir)}
        )
        return
    out.print(
        _("{name}: {units} enheter, {needs} behov. Nästa: fondvakt collect, sedan fondvakt match.").format(
            name=profile.name, units=len(profile.units), needs=len(profile.needs)
        )
    )


def _refuse_over_people(installation: wiring.Installation, given: str, profile: Profile) -> None:
    """What people have published on the pages is not begun anew by a word: a file is imported, its changes seen."""
    with reading(installation.engine) as conn:
        holds = stored_profiles.latest(conn, installation.tenant)
    if holds is None or holds.by == CLI or not _changes(installation, profile):
        return
    text = _(
        "Här gäller redan version {number} av profilen, publicerad på sidorna; inget har ändrats. "
        "Det som skiljer visas av: fondvakt profile diff {given}, och tas in med: fondvakt profile import {given}"
    )
    raise typer.BadParameter(text.format(number=holds.version, given=given))


@app.command(help=_("Granska en profilfil; varje fel med fil, rad och nyckel."))
def check(file: FileOrKey, as_json: Json = False) -> None:
    try:
        _document, profile = _read(file)
    except ProfileError as failure:
        if not as_json:
            raise
        print_json(
            {
                "ok": False,
                "problems": [
                    asdict(problem) | {"message": said(problem.message)} for problem in failure.problems
                ],
            }
        )
        raise typer.Exit(WRONG_USE) from failure
    if as_json:
        print_json({"ok": True, "units": len(profile.units), "needs": len(profile.needs), "problems": []})
        return
    out.print(
        _("{name}: inga fel. {units} enheter, {needs} behov, {people} personer.").format(
            name=profile.name, units=len(profile.units), needs=len(profile.needs), people=len(profile.people)
        )
    )


@app.command("import", help=_("Ta in en profilfil som ny version; skillnaden visas."))
def import_(
    file: FileOrKey,
    base: Annotated[
        int | None,
        typer.Option(
            min=1,
            help=_("Versionen som filen gjordes av; annars som filens namn säger, eller den som gäller."),
        ),
    ] = None,
    on_top: Annotated[
        bool,
        typer.Option("--on-top", help=_("Lägg filens ändringar ovanpå det som andra har ändrat sedan dess.")),
    ] = False,
    as_json: Json = False,
) -> None:
    document, profile = _read(file)
    installation = wiring.opened()
    try:
        done = _taken_in(installation, document, profile, base or base_of(Path(file).name, profile), on_top)
    except PartMoved as failure:
        _tell_moved(failure, as_json)
        raise typer.Exit(FAILED) from failure
    if as_json:
        print_json({"version": done.version, "changes": [asdict(change) for change in done.changes]})
        return
    _show(done.changes)
    out.print(_("Version {number} av {name} gäller nu.").format(number=done.version, name=profile.name))
    if done.changes:
        out.print(_("Träffarna räknas om av sidornas klocka inom en minut, eller nu med: fondvakt match"))


def _tell_moved(failure: PartMoved, as_json: bool) -> None:
    """What others have changed since the file's version, and what the file changes: nothing was taken in."""
    if as_json:
        differences = {"theirs": failure.theirs, "mine": failure.mine}
        told = {name: [asdict(change) for change in changes] for name, changes in differences.items()}
        print_json({"ok": False, "version": failure.version, "by": failure.by} | told)
        return
    text = _(
        "Profilen har ändrats sedan filens version, senast av {by}. Inget har tagits in; version {number} gäller."
    )
    err.print(text.format(by=failure.by, number=failure.version), markup=False, style="red")
    for heading, changes in (
        (_("Andra har ändrat:"), failure.theirs),
        (_("Filen ändrar:"), failure.mine),
    ):
        err.print(heading, markup=False)
        for change in changes:
            err.print(f"  {said(change.message)}", markup=False)
    err.print(_("Lägg filens ändringar ovanpå med --on-top, eller hämta ut profilen på nytt."), markup=False)


@app.command(help=_("Skriv ut den profil som gäller, bokstav för bokstav som den togs in."))
def export(
    file: Annotated[Path | None, typer.Option("--out", help=_("Skriv till filen i stället."))] = None,
    form: Annotated[
        FileForm | None, typer.Option("--format", help=_("toml eller yaml; utan det som den togs in."))
    ] = None,
    unit: Annotated[str | None, typer.Option(help=_("Bara enheten med den nyckeln."))] = None,
) -> None:
    installation = wiring.opened()
    with reading(installation.engine) as conn:
        stored = stored_profiles.latest(conn, installation.tenant)
    if stored is None:
        raise wiring.NotReady(wiring.NO_PROFILE)
    text = stored.document
    if form is not None or unit is not None:
        text = _exported(wiring.published_profile(installation)[1], form or FileForm.TOML, unit)
    if file is None:
        sys.stdout.write(text)
    else:
        file.write_bytes(text.encode("utf-8"))
        sentence = _(
            "Version {number}. Ändra filen och ta in den igen med: fondvakt profile import {file} --base {number}"
        )
        err.print(sentence.format(number=stored.version, file=file.name), markup=False)


def _exported(profile: Profile, form: FileForm, unit: str | None) -> str:
    if unit is None:
        return file_text(profile, form)
    found = next((one for one in profile.units if one.key == unit), None)
    if found is None:
        text = _("{given} är ingen enhet; enheterna är {keys}")
        keys = ", ".join(one.key for one in profile.units)
        raise typer.BadParameter(text.format(given=unit, keys=keys))
    return unit_file_text(profile, found, form)


@app.command(
    "read-policy", help=_("Läs ett policydokument (PDF, DOCX eller text) och visa vad det föreslår.")
)
def read_policy_document(
    file: Annotated[Path, typer.Argument(help=_("Dokumentet."), dir_okay=False)],
    as_json: Json = False,
) -> None:
    try:
        with file.open("rb") as opened:
            content = opened.read(LARGEST_DOCUMENT + 1)
    except OSError as failure:
        text = _("{file} kan inte läsas: {cause}")
        raise typer.BadParameter(text.format(file=file.name, cause=said(cause_of(failure)))) from failure
    found = read_policy(read_document(content, file.name).blocks)
    if as_json:
        print_json(json.loads(json.dumps(asdict(found), default=str)))
        return
    for heading, proposals in (
        (_("Om policyn"), [f"{fact.field}: {fact.value}" for fact in found.facts]),
        (_("Mål"), [aim.text for aim in found.aims]),
        (_("Prioriterade områden"), [f"{area.title}: {area.description}" for area in found.areas]),
    ):
        out.print(f"{heading} ({len(proposals)})", markup=False)
        for proposal in proposals:
            out.print(f"  – {proposal}", markup=False)


@app.command(help=_("Visa hur en profilfil skiljer sig från den som gäller."))
def diff(file: FileOrKey, as_json: Json = False) -> None:
    _document, profile = _read(file)
    changes = _changes(wiring.opened(), profile)
    if as_json:
        print_json({"changes": [asdict(change) for change in changes]})
    else:
        _show(changes)


def _read(file_or_key: str) -> tuple[str, Profile]:
    """The document and what it says; a preset's key is tried before a file's name. YAML is told as TOML."""
    path = preset_path(file_or_key) or Path(file_or_key)
    if not path.exists():
        text = _("{given} är varken en fil eller en förvald kommun; de förvalda är {keys}")
        raise typer.BadParameter(text.format(given=file_or_key, keys=", ".join(preset_keys())))
    profile = load_profile(path)
    is_yaml = path.suffix.lower() in (".yaml", ".yml")
    return profile_text(profile) if is_yaml else path.read_bytes().decode("utf-8"), profile


def _changes(installation: wiring.Installation, profile: Profile) -> tuple[ProfileChange, ...]:
    """How a profile differs from the one that holds; nothing when it is the first."""
    try:
        published = wiring.published_profile(installation)[1]
    except wiring.NotReady:
        return ()
    return profile_differences(published, profile)


def _taken_in(
    installation: wiring.Installation,
    document: str,
    profile: Profile,
    base: int | None = None,
    on_top: bool = False,
) -> Published:
    return take_in(
        installation.engine,
        installation.tenant,
        profile,
        document,
        installation.settings.clock(),
        base_version=base,
        on_what_holds=on_top,
    )


def _show(changes: tuple[ProfileChange, ...]) -> None:
    if not changes:
        out.print(_("Ingen skillnad."))
    for change in changes:
        out.print(said(change.message), markup=False)


def register(cli: typer.Typer) -> None:
    """Add `init` and `profile` to the command."""
    cli.command(help=_("Börja: välj kommun och gör databasen."))(init)
    cli.add_typer(app, name="profile")
