"""What a call's running text says plainly of who may apply, at what share, and whether it ever closes.

Only plain words count: a text that does not say so in one of these forms says nothing, and nothing is read as
"not eligible" (`threats.md` S-87). Outside Horizon the rules stand in a PDF (`eu-portal.md` §8), so most texts are
silent.
"""

import re

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
WHO = re.compile(
    r"\b(?:eligible applicants?|who (?:can|may) apply|eligible participants?|"
    r"in order to be eligible,? the applicants?|(?:the )?applicants?(?: and partners)? (?:must|shall|should) be|"
    r"beneficiaries must be|proposals must be submitted by|open to)\b",
    re.I,
)
MAY_APPLY = re.compile(r"([^.\n]{3,300}?)\b(?:may|can) (?:all )?apply\b(?! for)", re.I)
NEGATION = re.compile(r"\b(?:not|cannot|except|excluding|other than|unless|nor)\b", re.I)
REACH = 400
CLASSES = (
    (re.compile(r"\bmunicipalit|\blocal (?:and regional |or regional |public )?authorit|\btowns?\b|\bcit(?:y|ies)\b"
                r"|\b(?:regional|national) (?:and|or|and/or) local authorit", re.I),
     frozenset({ApplicantType.MUNICIPALITY, ApplicantType.PUBLIC_BODY})),
    (re.compile(r"\bpublic (?:bod|authorit|entit|organi[sz]ation|sector)|\bpublic (?:and|or) private\b"
                r"|\bprivate (?:and|or) public\b|\bgovernmental\b(?<!non-governmental)", re.I),
     frozenset({ApplicantType.PUBLIC_BODY, ApplicantType.MUNICIPALITY})),
    (re.compile(r"\bcompan(?:y|ies)\b|\benterprises?\b|\bSMEs?\b|\bstart-?ups?\b|\bprivate (?:entit|bod|sector)"
                r"|\b(?:public|private) (?:and|or) (?:public|private)\b|\bbusiness(?:es)?\b|\bindustry\b", re.I),
     frozenset({ApplicantType.COMPANY})),
    (re.compile(r"\bschools?\b|\beducation(?:al)? (?:and training )?(?:institution|provider|establishment)"
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
EVERYONE = re.compile(r"\b(?:any|all types? of|all kinds? of) (?:legal )?(?:entit|organi[sz]ation|bod)", re.I)
CONTINUOUS = re.compile(
    r"\b(?:at any time|continuously open|open continuously|(?:on a )?rolling basis|on an ongoing basis|"
    r"permanently open|open[- ]ended call|without (?:an? )?(?:end date|deadline)|no (?:fixed |final )?deadline|"
    r"until (?:the )?funds? (?:run out|are exhausted)|runs without end)\b",
    re.I,
)


def applicants_in(*texts: str | None) -> frozenset[ApplicantType] | None:
    """Who may apply, from the first text that says so after a plain opening; None when none does.

    Words in a sentence that denies something are left alone, and "any legal entity" is no list of classes.
    """
    for text in texts:
        found = _named(_passages(text or ""))
        if found:
            return found
    return None


def _passages(text: str) -> list[str]:
    after = [text[found.end() : found.end() + REACH] for found in WHO.finditer(text)][:5]
    before = [found[1] for found in MAY_APPLY.finditer(text)][:5]
    return after + before


def _named(passages: list[str]) -> frozenset[ApplicantType] | None:
    named: set[ApplicantType] = set()
    for passage in passages:
        for sentence in re.split(r"[.\n](?:\s|$)", passage):
            if EVERYONE.search(sentence):
                return None
            if not NEGATION.search(sentence):
                named.update(*(types for pattern, types in CLASSES if pattern.search(sentence)))
    return frozenset(named) or None


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
