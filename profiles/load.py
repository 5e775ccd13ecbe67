"""Profile files: TOML or YAML to a `Profile`, with every problem found at once.

The form is described in `docs/profiles.md`.
"""

import re
import tomllib
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path
from typing import Any

from profiles.addresses import address_fault, domain_fault, domain_in_ascii, phone_fault
from profiles.countries import country_code, country_guess
from profiles.lines import Lines
from profiles.model import (
    Aim,
    ContactPerson,
    Policy,
    PriorityArea,
    Profile,
    Role,
    TwinTown,
)
from profiles.problems import Problem, ProfileError
from profiles.reading import Report, Table, guessed
from profiles.units import LONGEST_TEXT, read_unit
from profiles.yaml_form import YamlLines, parsed_yaml
from texts import LANGUAGES, N_, Message

FORMAT = 1
LARGEST_FILE = 1024 * 1024
PRESETS = Path(str(files("profiles"))) / "presets"

_LOOKS_LIKE_YAML = re.compile(r"\A(?:#[^\n]*\n|\s)*(?:---|%YAML|[A-Za-z_][\w-]*:(?:\s|$))")


def load_profile(path: Path) -> Profile:
    """The profile in a file.

    Raises:
        ProfileError: it cannot be read or used; every problem is named with its line.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as failure:
        cause = failure.strerror or str(failure)
        raise _unreadable(path.name, N_("filen kan inte läsas: {cause}"), cause=cause) from failure
    return read_profile_bytes(content, path.name)


def read_profile_bytes(content: bytes, name: str) -> Profile:
    """The profile in a file's bytes, such as one that was sent in. Raises as `load_profile` does.

    Args:
        name: what the file is called in the problems; never used as a path.
    """
    return read_profile(text_of_bytes(content, name), name)


def text_of_bytes(content: bytes, name: str) -> str:
    """A file's bytes as text. Raises ProfileError when they are too many, or no text in UTF-8 (P-06, P-22)."""
    if len(content) > LARGEST_FILE:
        raise _unreadable(name, N_("filen är större än 1 MiB"))
    if not content.strip():
        raise _unreadable(name, N_("filen är tom"))
    if b"\x00" in content or content.startswith(b"PK\x03\x04"):
        raise _unreadable(name, N_("filen är ingen textfil; en profil är en TOML- eller YAML-fil i UTF-8"))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
        message = Message(text=N_("tecknen är inte UTF-8 (kanske Latin-1); spara filen som UTF-8"))
        raise ProfileError([Problem(file=name, line=line, key="", message=message)]) from failure


def read_profile(text: str, name: str) -> Profile:
    """The profile in a text. Raises as `load_profile` does.

    Args:
        name: what the file is called in the problems; an ending .yaml or .toml tells its form.
    """
    document, lines = parsed_file(text, name)
    return read_parsed(document, lines, name)


def parsed_file(text: str, name: str) -> tuple[dict[str, Any], Lines | YamlLines]:
    """A text as a document of plain values, with where its keys stand. Raises ProfileError."""
    text = text.removeprefix("\ufeff")
    if len(text) > LARGEST_FILE:
        raise _unreadable(name, N_("filen är större än 1 MiB"))
    if not text.strip():
        raise _unreadable(name, N_("filen är tom"))
    if name.lower().endswith((".yaml", ".yml")):
        return parsed_yaml(text, name)
    try:
        return _parsed(text, name), Lines(text)
    except ProfileError:
        if name.lower().endswith(".toml") or not _LOOKS_LIKE_YAML.match(text):
            raise
    return parsed_yaml(text, name)


def read_parsed(document: dict[str, Any], lines: Lines | YamlLines, name: str) -> Profile:
    """The profile in a document. Raises ProfileError with every problem that is found."""
    report = Report(name, lines)
    profile = _profile(Table(document, "", report))
    _check_uniqueness(profile, report)
    _check_references(profile, report)
    _check_addresses(profile, report)
    if report.problems:
        raise ProfileError(sorted(report.problems, key=lambda problem: problem.line or 0))
    return profile


def preset_keys() -> tuple[str, ...]:
    """The keys of the profiles that come with the program."""
    return tuple(sorted(path.stem for path in PRESETS.glob("*.toml")))


def preset_path(key: str) -> Path | None:
    """The file of a profile that comes with the program, None when there is none with that key."""
    return PRESETS / f"{key}.toml" if key in preset_keys() else None


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as failure:
        place = re.search(r"line (\d+)", str(failure))
        problem = Problem(
            file=name,
            line=int(place.group(1)) if place else None,
            key="",
            message=Message(
                text=N_("filen är inte giltig TOML: {cause}"), values={"cause": str(failure) or "nesting"}
            ),
        )
        raise ProfileError([problem]) from failure


def _unreadable(name: str, text: str, **values: Any) -> ProfileError:
    return ProfileError([Problem(file=name, line=None, key="", message=Message(text=text, values=values))])


def _profile(root: Table) -> Profile:
    version = root.number("format", least=1, most=9999)
    if version != FORMAT:
        found = N_("saknas; skriv format = {known}") if version is None else N_("väntade {known}")
        root.report.add("format", found, known=FORMAT)
    municipality = root.table("municipality")
    profile = Profile(
        key=municipality.key(),
        name=municipality.text("name"),
        name_en=municipality.text("name_en"),
        county=municipality.text("county"),
        nuts3=municipality.code("nuts3", r"[A-Z]{2}[0-9A-Z]{3}", "SE231", required=True) or "",
        inhabitants=municipality.number("inhabitants", least=1, most=10_000_000),
        municipal_code=municipality.code("municipal_code", r"[0-9]{4}", "1383"),
        organisation_number=municipality.code("organisation_number", r"[0-9]{6}-[0-9]{4}", "212000-1249"),
        mail_domains=municipality.texts("mail_domains", required=True),
        networks=municipality.texts("networks"),
        twin_towns=tuple(_twin_town(table) for table in municipality.tables("twin_towns")),
        policy=_policy(root.table("policy")),
        priority_areas=tuple(_priority_area(table) for table in root.tables("priority_areas")),
        people=tuple(_person(table) for table in root.tables("people")),
        units=tuple(read_unit(table) for table in root.tables("units")),
    )
    municipality.close()
    root.close()
    return profile


def _twin_town(table: Table) -> TwinTown:
    written = table.text("country")
    code = country_code(written)
    if written and code is None:
        guess = country_guess(written)
        table.report.add(
            table.at("country"),
            N_("{country} är inget land; skriv en kod som PL{guess}"),
            country=repr(written),
            guess=Message(text=N_(", menade du {close}?"), values={"close": guess}) if guess else "",
        )
    town = TwinTown(name=table.text("name"), country=code or "")
    table.close()
    return town


def _policy(table: Table) -> Policy:
    policy = Policy(
        title=table.text("title"),
        adopted_by=table.text("adopted_by"),
        adopted=table.day("adopted"),
        reference=table.optional_text("reference"),
        owner=table.optional_text("owner"),
        revision_interval_years=table.number("revision_interval_years", least=1, most=20),
        tests_cofinancing=table.flag("tests_cofinancing"),
        yearly_follow_up=table.flag("yearly_follow_up"),
        children_first=table.flag("children_first"),
        aims=tuple(_aim(aim) for aim in table.tables("aims")),
    )
    table.close()
    return policy


def _aim(table: Table) -> Aim:
    text = _long_text(table, "text")
    aim = Aim(
        key=table.key(),
        text=text,
        text_en=text if table.is_blank("text_en") else _long_text(table, "text_en"),
    )
    table.close()
    return aim


def _priority_area(table: Table) -> PriorityArea:
    title, description = table.text("title"), _long_text(table, "description")
    # Where the English is not written, the Swedish words stand in for it, and are read as Swedish.
    area = PriorityArea(
        key=table.key(),
        title=title,
        title_en=title if table.is_blank("title_en") else table.text("title_en"),
        description=description,
        description_en=description
        if table.is_blank("description_en")
        else _long_text(table, "description_en"),
        children_and_youth=table.flag("children_and_youth"),
    )
    table.close()
    return area


def _person(table: Table) -> ContactPerson:
    language = table.optional_text("language") or "sv"
    if language not in LANGUAGES:
        table.report.add(
            table.at("language"),
            N_("{value} är inget av {allowed}{guess}"),
            value=repr(language),
            allowed=", ".join(LANGUAGES),
            guess="",
        )
    person = ContactPerson(
        key=table.key(),
        name=table.text("name"),
        email=table.text("email", longest=LONGEST_TEXT),
        role=table.choice("role", Role, Role.CONTACT) or Role.HEAD,  # of whom nothing more is asked
        units=table.texts("units"),
        language=language,
        appointed_from=table.day("from"),
        appointed_to=table.day("to"),
        is_deputy=table.flag("deputy"),
        phone=table.optional_text("phone") or "",
    )
    _check_appointment(person, table)
    table.close()
    return person


def _check_appointment(person: ContactPerson, table: Table) -> None:
    first, last = person.appointed_from, person.appointed_to
    if first and last and last < first:
        table.report.add(
            table.at("to"), N_("{last} är före {first}, då uppdraget börjar"), last=last, first=first
        )
    if person.is_deputy and person.role is not Role.CONTACT:
        table.report.add(table.at("deputy"), N_("bara en kontaktperson kan vara ersättare"))


def _long_text(table: Table, key: str) -> str:
    return table.text(key, longest=LONGEST_TEXT, lines=True)


def _check_uniqueness(profile: Profile, report: Report) -> None:
    """Every key means one thing (P-08)."""
    _unique("policy.aims", (aim.key for aim in profile.policy.aims), report)
    _unique("priority_areas", (area.key for area in profile.priority_areas), report)
    _unique("people", (person.key for person in profile.people), report)
    _unique("units", (unit.key for unit in profile.units), report)
    for number, unit in enumerate(profile.units):
        _unique(f"units[{number}].goals", (goal.key for goal in unit.goals), report)
        _unique(f"units[{number}].needs", (need.key for need in unit.needs), report)


def _unique(path: str, keys: Iterable[str], report: Report) -> None:
    first: dict[str, str] = {}
    for number, key in enumerate(keys):
        here = f"{path}[{number}].key"
        if key and first.setdefault(key, here) != here:
            report.add(
                here,
                N_("nyckeln {key} finns redan, på rad {line}"),
                key=repr(key),
                line=report.line_of(first[key]),
            )


def _check_references(profile: Profile, report: Report) -> None:
    """What a key points at must be in the file, and somebody must review the queue."""
    areas = [area.key for area in profile.priority_areas]
    units = [unit.key for unit in profile.units]
    people = [person.key for person in profile.people]
    aims = [aim.key for aim in profile.policy.aims]
    for number, unit in enumerate(profile.units):
        goals = [goal.key for goal in unit.goals] + aims
        for index, need in enumerate(unit.needs):
            path = f"units[{number}].needs[{index}]"
            _resolves(f"{path}.priority_area", need.priority_area, areas, report)
            _resolves(f"{path}.goal", need.goal or "", goals, report)
            _resolves(f"{path}.owner", need.owner or "", people, report)
    for number, person in enumerate(profile.people):
        for index, key in enumerate(person.units):
            _resolves(f"people[{number}].units[{index}]", key, units, report)
        if person.role is Role.CONTACT and not person.units:
            report.add(f"people[{number}].units", N_("en kontaktperson ska ha minst en enhet"))
    unread_role = any(problem.key.endswith(".role") for problem in report.problems)
    if not profile.coordinators and not unread_role:
        report.add("people", N_("minst en person ska ha rollen coordinator"))


def _resolves(path: str, key: str, known: list[str], report: Report) -> None:
    if key and key not in known:
        report.add(path, N_("{key} finns inte i profilen{guess}"), key=repr(key), guess=guessed(key, known))


def _check_addresses(profile: Profile, report: Report) -> None:
    """Every address and telephone follows its rule, an address in one of the municipality's domains (P-10 to P-15)."""
    for number, domain in enumerate(profile.mail_domains):
        if fault := domain_fault(domain):
            report.add(f"municipality.mail_domains[{number}]", fault.text, **fault.values)
    own = {domain_in_ascii(domain) for domain in profile.mail_domains}
    unread_domains = any(problem.key.startswith("municipality.mail_domains") for problem in report.problems)
    for number, person in enumerate(profile.people):
        if person.phone and (fault := phone_fault(person.phone)):
            report.add(f"people[{number}].phone", fault.text, **fault.values)
        path = f"people[{number}].email"
        if not person.email:
            continue
        if fault := address_fault(person.email):
            report.add(path, fault.text, **fault.values)
        elif not unread_domains and domain_in_ascii(person.email.partition("@")[2]) not in own:
            report.add(
                path,
                N_("{email} ligger utanför kommunens domäner: {domains}"),
                email=person.email,
                domains=", ".join(profile.mail_domains),
            )
