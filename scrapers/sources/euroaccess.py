"""EuroAccess: EuroVienna's table of EU calls, and a page for each.

A safety net beside the portal: most of its calls are the portal's, a few (Interreg, URBACT, EIT) are not
(`sources.md` §6.3). Quirks of the page, as saved in October 2025: every table stands a second time inside a
comment; two cells carry the malformed id `call-opening td`; long texts end in "read more"; typing errors such as
"1000%" and "€ 3,5000,00.00" occur; calls of one programme share a call number when each stands for a cut-off.
Times are local time in Brussels and Vienna. The funding rate is the EU's share. Contacts are never read.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from bs4 import Tag

from calls.model import CallSection, Consortium, Deadline, ScrapedCall
from calls.programmes import key_by_identifier, key_by_name
from calls.vocabulary import DeadlineModel, SectionKind, Status
from scrapers.errors import OddValue, SourceChanged, reason_of
from scrapers.markup import PageReader, one_line, text_of
from scrapers.notes import UNREAD_DEADLINE
from scrapers.source import Fetch, Skipped, Source
from scrapers.sources.euroaccess_words import countries_in, deadlines_in, entities_in, grant_in
from scrapers.values import checked_dates, dotted_day, share
from texts import N_

KEY = "euroaccess"
SITE = "https://www.euro-access.eu"
LIST = "/en/calls"
DETAIL = re.compile(r"(?:/index\.php)?(/en/calls/(\d{1,9})(?:/[^?#\s]*)?)")
FOUND = re.compile(r"([\d.,]+) calls? found", re.I)
CODE = re.compile(r"(?=[^\d]*\d)(?=.{6,100}$)[A-Z][A-Za-z0-9]*(?:[-/][A-Za-z0-9]+)+")
EXPIRED = "The deadline for this call has expired"
READ_MORE = re.compile(r"\bread more\s*$", re.I)
HEADS = {"call key data", "call content", "eligibility criteria"}
SECTIONS = (
    (SectionKind.SUMMARY, ("short description",)),
    (SectionKind.OBJECTIVE, ("call objectives",)),
    (SectionKind.OUTCOME, ("expected results",)),
    (SectionKind.CONDITIONS, ("project partnership", "other eligibility criteria")),
    (SectionKind.OTHER, ("additional information",)),
)
UNREAD_RATE = N_("Stödandelen är inte angiven som ett enda procenttal – kontrollera hos källan")
UNREAD_GRANT = N_("Stödet per projekt gick inte att läsa – kontrollera hos källan")
UNREAD_APPLICANTS = N_("Källan anger en sökandegrupp som vi inte känner till – kontrollera vem som får söka")
UNREAD_COUNTRIES = N_("Källan anger ett område som vi inte känner till – kontrollera vilka länder som är med")


@dataclass(frozen=True, kw_only=True)
class Listed:
    """One row of the list; `path` is the address of the call's page without its host."""

    reference: str
    path: str
    programme: str
    title: str
    deadline: str


def crawl(fetch: Fetch, options: Mapping[str, str]) -> Iterator[ScrapedCall | Skipped]:
    """Read the list, then the page of each call on it; expired calls too, for a source reads no clock.

    Raises:
        SourceChanged: when the list is not in the known form, or holds fewer rows than it says.
    """
    page = fetch.get(LIST, params={"keyword": "", "submit": "", "sent": "search"})
    found = [_read(fetch, listed) for listed in parse_list(page.text)]
    numbers = Counter(call.identifier for call in found if isinstance(call, ScrapedCall) and call.identifier)
    for call in found:
        if isinstance(call, ScrapedCall) and numbers[call.identifier] > 1:
            call = replace(call, shares_identifier=True)
        yield call


def _read(fetch: Fetch, listed: Listed) -> ScrapedCall | Skipped:
    """One call; a page that is gone or odd is left out, an outage or a refusal stops the source."""
    try:
        return parse_call(fetch.get(listed.path).text, listed)
    except SourceChanged as failure:
        return Skipped(reference=listed.reference, reason=reason_of(failure))


def parse_list(html: str) -> list[Listed]:
    """Every row of the list.

    Raises:
        SourceChanged: when the table or its count is missing, a row is odd, or rows and count differ.
    """
    try:
        page = PageReader(html, "list")
        rows = page.one("table#calls-overview").select("tbody > tr")
        listed = [_listed(row) for row in rows]
    except ValueError as failure:
        raise SourceChanged.of(
            N_("Listan är inte i den form vi känner ({cause})."), cause=str(failure)
        ) from failure
    counts = [found[1] for head in page.all("h3") if (found := FOUND.search(one_line(str(head))))]
    if len(counts) != 1:
        raise SourceChanged.of(
            N_('Listan har {count} rader "N Calls found" där en väntades.'), count=len(counts)
        )
    if int(re.sub(r"\D", "", counts[0])) != len(listed):
        raise SourceChanged.of(
            N_("Listan har {count} rader där {total} utlysningar utlovades."),
            count=len(listed),
            total=counts[0],
        )
    references = {row.reference for row in listed}
    if len(references) != len(listed):
        raise SourceChanged.of(
            N_("Listan har {count} rader för {different} olika utlysningar."),
            count=len(listed),
            different=len(references),
        )
    return listed


def _listed(row: Tag) -> Listed:
    cells = row.find_all("td", recursive=False)
    link = cells[1].find("a", href=True) if len(cells) >= 3 else None
    path = urlsplit(str(link["href"]).strip()).path if link else ""
    found = DETAIL.fullmatch(path)
    if found is None:
        raise OddValue(N_("en rad utan länk till en utlysning: {row}"), row=repr(one_line(str(row))[:80]))
    return Listed(
        reference=found[2],
        path=found[1],
        programme=one_line(str(cells[0])),
        title=one_line(str(link)),
        deadline=one_line(str(cells[2])),
    )


def parse_call(html: str, listed: Listed) -> ScrapedCall | Skipped:
    """The call on its page, or why it is left out.

    Args:
        listed: its row of the list; its deadline stands in when the page only says that it has expired.
    """
    try:
        return _call(PageReader(html, f"{KEY} call {listed.reference}"), listed)
    except ValueError as failure:
        return Skipped(reference=listed.reference, reason=reason_of(failure))


def _call(page: PageReader, listed: Listed) -> ScrapedCall:
    title = one_line(str(page.one("#calldata h1")))
    rows = _rows(page)
    notes: list[str] = []
    number = _line(rows, "call number")
    identifier = number if number and CODE.fullmatch(number) else None
    programme = _line(rows, "funding program") or listed.programme
    opening, deadlines, stages = _dates(rows.get("deadlines"), listed, notes)
    return ScrapedCall(
        source=KEY,
        reference=listed.reference,
        title=title,
        url=SITE + listed.path,
        identifier=identifier,
        programme=key_by_name(programme) or key_by_identifier(identifier or ""),
        programme_label=programme or None,
        announced=Status.CLOSED if _is_expired(page) else None,
        opening_date=opening,
        deadlines=deadlines,
        deadline_model=DeadlineModel.TWO_STAGE if stages else None,
        cofinancing_rate=_rate(rows, notes),
        **_grant(rows, notes),
        eligible_applicants=_known(entities_in, rows, "eligible entities", UNREAD_APPLICANTS, notes),
        eligible_countries=_known(
            countries_in, rows, "regions / countries for funding", UNREAD_COUNTRIES, notes
        ),
        consortium=_consortium(rows),
        duration=_line(rows, "project duration"),
        sections=tuple(_sections(rows)),
        keywords=_topics(rows),
        notes=tuple(dict.fromkeys(notes)),
    )


def _rows(page: PageReader) -> dict[str, Tag]:
    """Label, in small letters, to its row. The page's heads must be there: translated ones are not guessed."""
    heads = {one_line(str(head)).lower() for head in page.all("#calldata h4.table-head")}
    if not heads >= HEADS:
        raise OddValue(
            N_("{where}: rubrikerna {heads} där {expected} väntades"),
            where=page.where,
            heads=", ".join(sorted(heads)),
            expected=", ".join(sorted(HEADS)),
        )
    rows: dict[str, Tag] = {}
    for row in page.all("#calldata div.subtable div.tr"):
        label = row.select_one("p.title")
        if label is not None:
            rows.setdefault(one_line(str(label)).lower(), row)
    if "deadlines" not in rows:
        raise OddValue(N_("{where}: raden med sista ansökningsdag saknas"), where=page.where)
    return rows


def _is_expired(page: PageReader) -> bool:
    return any(EXPIRED.lower() in one_line(str(part)).lower() for part in page.all("#calldata"))


def _text(rows: Mapping[str, Tag], label: str) -> str | None:
    """The text beside a label, without the label and the "read more" behind it; None when it is not there."""
    row = rows.get(label)
    if row is None:
        return None
    parts = [part for part in row.find_all(True, recursive=False) if "title" not in (part.get("class") or [])]
    text = "\n".join(filter(None, (text_of(str(part)) for part in parts)))
    return READ_MORE.sub("", text).strip() or None


def _line(rows: Mapping[str, Tag], label: str) -> str | None:
    text = _text(rows, label)
    return " ".join(text.split()) if text else None


def _dates(
    row: Tag | None, listed: Listed, notes: list[str]
) -> tuple[date | None, tuple[Deadline, ...] | None, bool]:
    """Opening day, every deadline in order, and whether the later ones are stages of one application."""
    opening, found, stages, runs_on = None, {}, False, False
    for cell in row.select("p:not(.title)") if row else ():
        label = one_line(str(cell.find("strong") or "")).lower()
        words = one_line(str(cell))[len(label) :].replace(EXPIRED, "").strip(" .:")
        if not words:
            continue
        if "opening" in label:
            opening = dotted_day(words)
        elif "deadline" in label or "stage" in label:
            said = deadlines_in(words)
            found |= {deadline.at: deadline for deadline in said or ()}
            stages = stages or "stage" in label
            runs_on = runs_on or said == ()
        else:
            notes.append(UNREAD_DEADLINE)
    if not found and not runs_on and listed.deadline:
        said = deadlines_in(listed.deadline)
        found |= {deadline.at: deadline for deadline in said or ()}
        runs_on = said == ()
    deadlines = tuple(found[at] for at in sorted(found)) or (() if runs_on else None)
    notes += checked_dates(opening, deadlines)
    return opening, deadlines, stages and len(found) > 1


def _rate(rows: Mapping[str, Tag], notes: list[str]) -> float | None:
    """The EU's share; ranges, rates by kind of applicant and "1000%" give a note instead."""
    words = _line(rows, "funding rate")
    if words is None:
        return None
    try:
        return share(words)
    except ValueError:
        notes.append(UNREAD_RATE)
        return None


def _grant(rows: Mapping[str, Tag], notes: list[str]) -> dict[str, Any]:
    """What one project may get; never the call's total."""
    words = _line(rows, "estimated eu contribution per project")
    if words is None:
        return {}
    try:
        least, most, currency = grant_in(words)
    except ValueError:
        notes.append(UNREAD_GRANT)
        return {}
    return {"grant_min": least, "grant_max": most, "currency": currency}


def _known(read, rows: Mapping[str, Tag], label: str, note: str, notes: list[str]) -> frozenset | None:
    """A closed list's words; a word outside it gives None and a note, for half a list would bar wrongly."""
    words = _text(rows, label)
    if words is None:
        return None
    try:
        return read(words)
    except ValueError:
        notes.append(note)
        return None


def _consortium(rows: Mapping[str, Tag]) -> Consortium | None:
    """A mandatory partnership is two at least; how many and from where stands in the conditions' text."""
    words = (_line(rows, "mandatory partnership") or "").lower()
    return Consortium(min_partners={"yes": 2, "no": 1}[words]) if words in ("yes", "no") else None


def _sections(rows: Mapping[str, Tag]) -> Iterator[CallSection]:
    for kind, labels in SECTIONS:
        text = "\n".join(text for label in labels if (text := _text(rows, label)))
        if text:
            yield CallSection(kind=kind, text=text)


def _topics(rows: Mapping[str, Tag]) -> tuple[str, ...]:
    """EuroAccess's topics: one element each, for their names hold commas."""
    row = rows.get("topics")
    parts = row.select(".topics") if row else []
    return tuple(dict.fromkeys(filter(None, (one_line(str(part)) for part in parts))))


EUROACCESS = Source(
    key=KEY,
    title="EuroAccess",
    publisher="EuroVienna",
    base_url=SITE,
    hosts=("www.euro-access.eu",),
    crawl=crawl,
    rank=10,
    pause=2.0,
    min_calls=5,
    fill_rates={"deadlines": 0.8},
    credit="EuroAccess, EuroVienna EU-consulting & -management GmbH",
)
