"""Policies: what is read out of the five recorded policies, against what a person found in them.

The person's findings are the presets' aims and areas, and the demands beside them in the five policies: each is
named here by words that a right proposal has. One proposal may hold several of them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.figures import Figure, shared_folder
from profiles.intake.documents import read_document
from profiles.intake.policies import read_policy
from profiles.intake.proposed import PolicyReading
from profiles.load import load_profile, preset_path
from profiles.model import Policy

FACTS = (
    "title",
    "adopted_by",
    "adopted",
    "reference",
    "revision_interval_years",
    "tests_cofinancing",
    "yearly_follow_up",
    "children_first",
)


@dataclass(frozen=True)
class Findings:
    """What a person found in one policy; each of the aims and areas as a pattern of telling words."""

    file: str
    aims: tuple[str, ...]
    areas: tuple[str, ...]


FOUND = {
    "varberg": Findings(
        "000_a71f68373a19823e.txt",
        (
            "attraktiv",
            "integrerad",
            "medfinansiering",
            "nätverk",
            "vänort",
            "barn och unga",
            "fredlig|kulturer",
        ),
        ("barn och unga", "bo\\b", "besöka", "verka", "tillväxt", "kulturer"),
    ),
    "vanersborg": Findings(
        "001_dc725814b9386b9b.txt",
        (
            "medarbetare",
            "invånare och företag",
            "marknadsför|attraktiv",
            "hållbar tillväxt",
            "demokrati",
            "koppling",
        ),
        ("levnadsvillkor", "sysselsättning", "livslångt", "kretslopp", "jämställdhet", "humanitär"),
    ),
    "falkenberg": Findings(
        "002_0fb34fc18871d304.txt",
        (
            "internationella projekt",
            "tidigt skede",
            "hela kommunen|utvecklar kommunen",
            "solidaritet",
            "föreningar",
        ),
        ("hållbar", "kulturell", "skolans", "kompetensen", "bostadsort", "näringslivet"),
    ),
    "mellerud": Findings(
        "003_4ed93ab1c660d071.txt",
        (
            "kompetens",
            "andra kulturer",
            "marknadsföring",
            "utbildning",
            "konkurrenskraft",
            "finansiering från EU",
            "uppslutning",
            "arrangemang",
            "öst-väst",
            "innefatta Europa|global",
            "modern kommun",
            "fredlig",
        ),
        (
            "kompetens",
            "kulturer",
            "utbildning",
            "konkurrenskraft",
            "modern kommun",
            "partnerskap|profilering",
        ),
    ),
    "alingsas": Findings(
        "004_d605bbe543f7b215.txt",
        (
            "finansierade projekt",
            "näringslivet",
            "undervisning",
            "konkurrenskraft",
            "pågår i EU",
            "vänort",
            "fredlig",
            "mervärde",
            "utbildar",
            "nätverk",
            "marknadsför",
            "utvärdering",
            "föreningsliv",
        ),
        ("mervärde", "näringslivet", "undervisning", "aktiv kommun", "vänort", "fredlig"),
    ),
}


@dataclass(frozen=True)
class Score:
    """Counts of one comparison."""

    right: int
    proposed: int
    found: int
    due: int

    @property
    def precision(self) -> float:
        """Share of what was proposed that is right."""
        return self.right / self.proposed if self.proposed else 0.0

    @property
    def recall(self) -> float:
        """Share of what a person found that was proposed."""
        return self.found / self.due if self.due else 0.0


def score(texts: Sequence[str], due: Sequence[str]) -> Score:
    """Proposals against the patterns of what is due."""
    patterns = [re.compile(pattern, re.IGNORECASE) for pattern in due]
    return Score(
        right=sum(any(pattern.search(text) for pattern in patterns) for text in texts),
        proposed=len(texts),
        found=sum(any(pattern.search(text) for text in texts) for pattern in patterns),
        due=len(patterns),
    )


def measure() -> Iterator[Figure]:
    """Precision and recall of aims, areas and facts over the five policies."""
    shared = shared_folder()
    if shared is None:
        print("policies: skipped, no recorded policies beside the repository")
        return
    aims, areas, facts = [], [], []
    for key, findings in FOUND.items():
        content = (shared / "data/policies" / findings.file).read_bytes()
        reading = read_policy(read_document(content, findings.file).blocks)
        aims.append(score([aim.text for aim in reading.aims], findings.aims))
        areas.append(score([f"{area.title}. {area.description}" for area in reading.areas], findings.areas))
        facts.append(fact_score(reading, load_profile(preset_path(key)).policy))
    for what, scores in (("aims", aims), ("priority areas", areas), ("facts", facts)):
        whole = Score(*(sum(getattr(one, name) for one in scores) for name in Score.__dataclass_fields__))
        said = f"{what} of {len(scores)} policies"
        yield Figure(
            what=f"{said}: precision, {whole.right} of {whole.proposed}", value=whole.precision, unit=""
        )
        yield Figure(what=f"{said}: recall, {whole.found} of {whole.due}", value=whole.recall, unit="")


def fact_score(reading: PolicyReading, policy: Policy) -> Score:
    """The facts against the preset's; what the preset does not state or says no to is not due."""
    due = {name: value for name in FACTS if (value := getattr(policy, name))}
    said = {fact.field: fact.value for fact in reading.facts if fact.field in FACTS}
    right = sum(name in due and _same(value, due[name]) for name, value in said.items())
    return Score(right=right, proposed=len(said), found=right, due=len(due))


def _same(read: object, due: object) -> bool:
    """A title may say more than the preset's."""
    return str(due) in str(read) or str(read) in str(due)
