"""EuroAccess's closed lists: who may apply, where, until when, and sums. A word outside a list is refused."""

import re

from calls.model import Deadline
from calls.vocabulary import ApplicantType
from scrapers.errors import OddValue
from scrapers.values import amount, dotted_deadline
from texts import N_

# The longest first, for the names hold commas themselves.
ENTITIES = {
    "non-profit organisation (npo) / non-governmental organisation (ngo)": {ApplicantType.ASSOCIATION},
    "private institution, incl. private company (private for profit)": {ApplicantType.COMPANY},
    "public body (national, regional and local; incl. egtcs)": {
        ApplicantType.PUBLIC_BODY,
        ApplicantType.MUNICIPALITY,
    },
    "research institution incl. university": {ApplicantType.RESEARCH, ApplicantType.UNIVERSITY},
    "small and medium-sized enterprise (sme)": {ApplicantType.COMPANY},
    "education and training institution": {ApplicantType.SCHOOL, ApplicantType.UNIVERSITY},
    "international organization": {ApplicantType.OTHER},
    "international organisation": {ApplicantType.OTHER},
    "eu body": {ApplicantType.OTHER},
    "other": {ApplicantType.OTHER},
}
EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()  # noqa: SIM905 - reads best
COHESION = "BG CY CZ EE GR HR HU LT LV MT PL PT RO SI SK".split()  # noqa: SIM905 - reads best
GROUPS = {
    "eu member states": EU,
    "cohesion countries": COHESION,
    # No part of Sweden, and no code of their own that a call of ours could need.
    "overseas countries and territories": [],
}
COUNTRIES = {
    "albania": "AL", "algeria": "DZ", "andorra": "AD", "armenia": "AM", "australia": "AU", "austria": "AT",
    "azerbaijan": "AZ", "belarus": "BY", "belgium": "BE", "bosnia and herzegovina": "BA", "bulgaria": "BG",
    "canada": "CA", "croatia": "HR", "cyprus": "CY", "czechia": "CZ", "czech republic": "CZ", "denmark": "DK",
    "egypt": "EG", "estonia": "EE", "faeroes": "FO", "faroe islands": "FO", "finland": "FI", "france": "FR",
    "georgia": "GE", "germany": "DE", "greece": "GR", "greenland": "GL", "hungary": "HU", "iceland": "IS",
    "ireland": "IE", "israel": "IL", "italy": "IT", "japan": "JP", "jordan": "JO", "kosovo": "XK",
    "latvia": "LV", "lebanon": "LB", "liechtenstein": "LI", "lithuania": "LT", "luxembourg": "LU",
    "malta": "MT", "moldova": "MD", "monaco": "MC", "montenegro": "ME", "morocco": "MA", "netherlands": "NL",
    "new zealand": "NZ", "north macedonia": "MK", "norway": "NO", "palestine": "PS", "poland": "PL",
    "portugal": "PT", "republic of korea": "KR", "romania": "RO", "san marino": "SM", "serbia": "RS",
    "slovakia": "SK", "slovenia": "SI", "south africa": "ZA", "spain": "ES", "sweden": "SE",
    "switzerland": "CH", "tunisia": "TN", "türkiye": "TR", "turkey": "TR", "ukraine": "UA",
    "united kingdom": "GB", "united states": "US",
}  # fmt: skip
BRACKETS = re.compile(r"\([^()]*\)")
SUM = r"((?:€|EUR)\s?[\d.,\s]*\d(?:\s?(?:million|M))?)"
RANGE = re.compile(rf"between {SUM} and {SUM}", re.I)
AT_LEAST = re.compile(rf"(?:min\.|minimum|at least)\s?{SUM}", re.I)
AT_MOST = re.compile(rf"(?:max\.|maximum|up to)\s?{SUM}", re.I)
RUNS_ON = re.compile(
    r"löpande|ongoing|rolling|(?:permanently |continuously )?open|continuous(?:ly)?|open[- ]ended|no deadline|"
    r"(?:open )?until (?:further notice|(?:the )?funds? (?:run out|are exhausted))",
    re.I,
)
NOT_SAID_YET = re.compile(r"t\.?\s?b\.?\s?[acd]\.?|to be (?:announced|confirmed|defined)|n/?a|[-–]", re.I)
LEAST_BELIEVED, MOST_BELIEVED = 1_000, 10_000_000_000


def entities_in(words: str) -> frozenset[ApplicantType]:
    """Who may apply.

    Raises:
        ValueError: for a class that the list lacks.
    """
    rest = " ".join(words.lower().split())
    found: set[ApplicantType] = set()
    for name, types in ENTITIES.items():
        if re.search(rf"(?:^|, ){re.escape(name)}(?=,|$)", rest):
            found |= types
            rest = re.sub(rf"(?:^|, ){re.escape(name)}(?=,|$)", "", rest)
    if rest.strip(" ,") or not found:
        raise OddValue(N_("{value} är ingen känd grupp av sökande"), value=repr(rest.strip(" ,")[:60]))
    return frozenset(found)


def countries_in(words: str) -> frozenset[str]:
    """ISO codes of the countries; their own-language names in brackets are left out.

    Raises:
        ValueError: for a name that is no country or group we know, unless Sweden is named beside it.
    """
    found: set[str] = set()
    unknown: list[str] = []
    for part in re.split(r"[,\n]", BRACKETS.sub(",", words)):
        name = " ".join(part.lower().split())
        if name in GROUPS:
            found.update(GROUPS[name])
        elif name in COUNTRIES:
            found.add(COUNTRIES[name])
        elif name:
            unknown.append(name)
    if not found or (unknown and "SE" not in found):
        raise OddValue(
            N_("{value} är inget land och ingen grupp av länder som vi känner till"),
            value=repr(", ".join(unknown)[:80]),
        )
    return frozenset(found)


def grant_in(words: str) -> tuple[int | None, int | None, str]:
    """Least and most that one project may get, and the currency. One bare sum is both.

    Raises:
        ValueError: for sums in other forms, and for sums that no project gets (call 135 says "EUR 50").
    """
    text = " ".join(words.split())
    if found := RANGE.fullmatch(text):
        least, most = (_sum(part) for part in found.groups())
    elif found := AT_LEAST.fullmatch(text):
        least, most = _sum(found[1]), None
    elif found := AT_MOST.fullmatch(text):
        least, most = None, _sum(found[1])
    else:
        least = most = _sum(text)
    if least and most and least > most:
        raise OddValue(N_("{value}: det minsta är mer än det största"), value=repr(words[:60]))
    return least, most, "EUR"


def _sum(words: str) -> int:
    money = amount(words, decimal=".")
    if money.currency != "EUR" or not LEAST_BELIEVED <= money.amount <= MOST_BELIEVED:
        raise OddValue(N_("{value} är ingen summa i euro för ett projekt"), value=repr(words[:60]))
    return money.amount


def deadlines_in(words: str) -> tuple[Deadline, ...] | None:
    """The deadline that is stated; none at all for what runs on, None for what is not said yet (S-73).

    Raises:
        ValueError: for anything else, a day without a year included (S-72).
    """
    if RUNS_ON.fullmatch(words.strip(" .")):
        return ()
    return None if NOT_SAID_YET.fullmatch(words.strip()) else (dotted_deadline(words),)
