"""The sample's calls as the matcher sees them, beside our own judgements."""

import json
from pathlib import Path

from calls.model import Call, CallSection
from calls.vocabulary import SectionKind
from pipeline.judged import Judged, read_judgements
from scrapers.standin.sample import sample_folder

HERE = Path(__file__).parent
SECTIONS = {
    "objective": SectionKind.OBJECTIVE,
    "scope": SectionKind.SCOPE,
    "outcome": SectionKind.OUTCOME,
    "conditions": SectionKind.CONDITIONS,
}


def judged_sample() -> Judged:
    """Every call of the portal's sample, with the needs and grades of this folder."""
    records = [
        json.loads(line)
        for part in sorted((sample_folder() / "eu-portal").glob("*.jsonl"))
        for line in part.read_text(encoding="utf-8").splitlines()
    ]
    calls = [_call(number, record) for number, record in enumerate(records, start=1)]
    return read_judgements(calls, HERE / "needs.tsv", HERE / "qrels.tsv")


def _call(number: int, record: dict) -> Call:
    return Call(
        id=number,
        kind=record["type"],
        title=record["title"],
        url="",
        identifier=record["identifier"],
        shares_identifier=record["type"] == "8",
        call_title=record.get("call_title"),
        programme=record.get("programme"),
        divisions=tuple(record.get("divisions") or ()),
        action_type=record.get("action"),
        keywords=tuple(record.get("keywords") or ()),
        sections=tuple(
            CallSection(kind=kind, text=record[name]) for name, kind in SECTIONS.items() if record.get(name)
        ),
    )
