"""What a call's running text says plainly of who may apply, at what share, and whether it ever closes.

Only plain words count: a text that does not say so in one of these forms says nothing, and nothing is read as
"not eligible" (`threats.md` S-87). Outside Horizon the rules stand in a PDF (`eu-portal.md` §8), so most texts are
silent.
"""

import re
from collections.abc import Iterable, Iterator

from calls.vocabulary import ApplicantType
from scrapers.values import share

RATE = re.compile(
    r"\b(?:co-?financing|funding|reimbursement|support) rate(?P<between>[^%\n]{0,80}?)"
    r"(?P<percent>\d{1,3}(?:[.,]\d{1,2})?\s?%)(?P<after>[^\n]{0,100})",
    re.I,
)
ANOTHER_CASE = re.compile(
    r"\bexcept|\badditional activities\b|\bfor (?:non|not)-(?:for-)?profit|\d\s?%", re.I
)
APPLICANTS_ARE = re.compile(
    r"\bapplicants?(?: and partners)? "
    r"(?:must(?:\s*:)?\s*(?:- ?)?be|shall be|are(?!\s+(?:\w+ed|not|to)\b))\b(?P<who>[^.;\n]{3,400})",
    re.I,
)
MAY_APPLY = re.compile(
    r",? (?:may|can) apply(?=\s*(?:[.,;]|$|\n|alone\b|together\b|jointly\b|directly\b|on the project))", re.I
)
SENTENCE_START = re.compile(r".*(?:[.!?]\s|\n)", re.S)
REACH = 300
DENIAL = re.compile(r"\b(?:not|cannot|except|excluding|other than|unless|nor|if|only when)\b", re.I)
MUNICIPALITY = ApplicantType.MUNICIPALITY
CLASSES = (
    (re.compile(r"\bmunicipalit|\blocal (?:and regional |or regional |public )?authorit|\btowns?\b|\bcit(?:y|ies)\b"
                r"|\b(?:regional|national) (?:and|or|and/or) local authorit", re.I),
     frozenset({ApplicantType.MUNICIPALITY, ApplicantType.PUBLIC_BODY})),
    (re.compile(r"\bpublic (?:bod|authorit|entit|organi[sz]ation|sector)"
                r"|\bpublic (?:and|or) private (?:legal |cultural )?(?:entit|bod|organi)"
                r"|\bprivate (?:and|or) public (?:legal )?(?:entit|bod|organi)", re.I),
     frozenset({ApplicantType.PUBLIC_BODY, ApplicantType.MUNICIPALITY})),
    (re.compile(r"\bcompan(?:y|ies)\b|\benterprises?\b|\bSMEs?\b|\bstart-?ups?\b|\bprivate (?:entit|bod|sector)"
                r"|\b(?:public|private) (?:and|or) (?:public|private) (?:legal )?(?:entit|bod|organi)"
                r"|\bbusiness(?:es)?\b|\bindustry\b", re.I),
     frozenset({ApplicantType.COMPANY})),
    (re.compile(r"\bschools?\b|(?<!higher )\beducation(?:al)? (?:and training )?(?:institution|provider|establishment)"
                r"|\bVET providers?\b", re.I),
     frozenset({ApplicantType.SCHOOL})),
    (re.compile(r"\buniversit|\bhigher education", re.I), frozenset({ApplicantType.UNIVERSITY})),
    (re.compile(r"\bresearch (?:and technology )?(?:organi[sz]ation|institut|centre|performing)", re.I),
     frozenset({ApplicantType.RESEARCH})),
    (re.compile(r"\bnon-?(?:for-)?profit|\bnot-for-profit|\bNGOs?\b|\bassociations?\b|\bcivil society"
                r"|\bnon-governmental|\bfoundations?\b", re.I),
     frozenset({ApplicantType.ASSOCIATION})),
    (re.compile(r"\bnatural persons?\b(?!\s+are not)|\bindividual (?:artists?|researchers?)\b", re.I),
     frozenset({ApplicantType.PERSON})),
)  # fmt: skip
MUNICIPAL = re.compile(
    r"\bmunicip|\blocal (?:\w+ ){0,3}(?:authorit|government)|\bpublic (?:sector|bod|authorit)", re.I
)
EVERYONE = re.compile(r"\b(?:any|all types? of|all kinds? of) (?:legal )?(?:entit|organi[sz]ation|bod)", re.I)
AT_ANY_TIME = r"(?:at any time|on a continuous basis|on a rolling basis|on an ongoing basis|continuously)"
CONTINUOUS = re.compile(
    rf"\b(?:appl(?:y|ications?)|submi(?:t|tted|ssions?)|sent in)\b[^.\n]{{0,120}}\b{AT_ANY_TIME}|"
    rf"\b{AT_ANY_TIME}[^.\n]{{0,60}}\b(?:apply|submit(?:ted)?)\b|"
    r"\b(?:permanently|continuously) open\b|\bopen continuously\b|"
    r"\b(?:no|without (?:a|any)) (?:fixed |final |set )?deadline\b|\buntil (?:the )?funds? (?:run out|are exhausted)\b",
    re.I,
)


def applicants_in(*texts: str | None) -> frozenset[ApplicantType] | None:
    """Who may apply, from the first text with a sentence that lists it; None when none does.

    "Any legal entity" is no list, a sentence that denies or conditions is left alone, and a list without
    municipalities is not believed when the text speaks of them elsewhere: they may take part in another way.
    """
    for text in filter(None, texts):
        lists = [*(found["who"] for found in APPLICANTS_ARE.finditer(text)), *_who_may_apply(text)]
        if any(EVERYONE.search(words) for words in lists):
            return None
        named = _classes(words for words in lists if not DENIAL.search(words))
        if named:
            return named if MUNICIPALITY in named or not MUNICIPAL.search(text) else None
    return None


def _who_may_apply(text: str) -> Iterator[str]:
    """The beginnings of the sentences that go on "may apply"."""
    for found in MAY_APPLY.finditer(text):
        yield SENTENCE_START.sub("", text[max(0, found.start() - REACH) : found.start()])


def _classes(lists: Iterable[str]) -> frozenset[ApplicantType]:
    """Every class that the words name."""
    found = [types for words in lists for pattern, types in CLASSES if pattern.search(words)]
    return frozenset().union(*found)


def rate_in(*texts: str | None) -> float | None:
    """The EU's share, 0 to 1, when the texts plainly state one; None when silent, ranged or split by case."""
    rates = set()
    for text in texts:
        for found in RATE.finditer(text or ""):
            if ANOTHER_CASE.search(found["between"]) or ANOTHER_CASE.search(found["after"]):
                return None
            before = (text or "")[max(0, found.start() - 80) : found.start()]
            if "additional activities" in before:
                return None
            try:
                rates.add(share(found["percent"]))
            except ValueError:
                return None
    return rates.pop() if len(rates) == 1 else None


def runs_on(*texts: str | None) -> bool:
    """Does a text say that one may apply at any time?"""
    return any(CONTINUOUS.search(text or "") for text in texts)
