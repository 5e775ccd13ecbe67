"""What people have judged here, as the three files that `fondvakt evaluate` reads (`pipeline/judged.py`).

So a municipality measures the matcher on its own judgements. The newest grade of a pair counts, and a need stands
as it read when it was judged last; who judged is not told.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from sqlalchemy import Engine

from calls.model import Call
from calls.programmes import programme_name
from calls.vocabulary import SectionKind
from matcher.consultations import apart
from matcher.errors import EvaluationError
from matcher.evaluation import RELEVANT
from profiles.model import Profile
from storage import calls as stored_calls
from storage import judgements
from storage.database import reading
from storage.judgements import Judgement
from texts import N_

CALLS, NEEDS, QRELS = "calls.jsonl.gz", "needs.tsv", "qrels.tsv"
# What `pipeline.judged.sections_of` takes for the beginning of a section; the rest stands before and after them.
HEADS = {
    SectionKind.SUMMARY: "",
    SectionKind.OBJECTIVE: "Objective: ",
    SectionKind.SCOPE: "Scope: ",
    SectionKind.OUTCOME: "Expected Outcome: ",
    SectionKind.DESTINATION: "",
    SectionKind.OTHER: "",
}
NOTHING = N_(
    "Inget är bedömt än. Omdömen ges under Profil, Pröva en viss utlysning, när svaret inte stämmer med ert eget."
)


@dataclass(frozen=True, kw_only=True)
class Exported:
    """How much was written.

    Attributes:
        calls: all that are stored, judged or not: the needs are ranked against them. No consultations.
        relevant: pairs with grade 2 or 3.
    """

    calls: int
    needs: int
    pairs: int
    relevant: int

    def as_json(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


def export(engine: Engine, tenant: str, profile: Profile, folder: Path) -> Exported:
    """Write the files into a folder, made when it is not there; files of these names are replaced.

    Raises:
        EvaluationError: nobody has judged anything.
        OSError: the folder cannot be written to.
    """
    with reading(engine) as conn:
        newest = _newest(judgements.every(conn, tenant))
        calls, _ = apart(stored_calls.find(conn, tenant))  # consultations are not ranked among the calls
    names = _names(calls)
    judged = {pair: one for pair, one in newest.items() if one.call_id in names}
    if not judged:
        raise EvaluationError.of(NOTHING)
    needs = {_need_id(one): one for one in sorted(judged.values(), key=lambda one: one.at)}
    lines = [json.dumps(_record(call, names[call.id]), ensure_ascii=False) for call in calls]
    grades = [(need, names[one.call_id], str(one.grade)) for (need, _), one in sorted(judged.items())]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / CALLS).write_bytes(gzip.compress(_file(lines), mtime=0))
    (folder / NEEDS).write_bytes(_file(_need_lines(needs, profile)))
    (folder / QRELS).write_bytes(_file("\t".join(row) for row in grades))
    relevant = sum(one.grade >= RELEVANT for one in judged.values())
    return Exported(calls=len(calls), needs=len(needs), pairs=len(judged), relevant=relevant)


def _newest(every: Sequence[Judgement]) -> dict[tuple[str, int], Judgement]:
    """Need and call to what was said of the pair last."""
    return {(_need_id(one), one.call_id): one for one in every}


def _need_id(one: Judgement) -> str:
    return f"{one.unit}/{one.need}"


def _names(calls: Sequence[Call]) -> dict[int, str]:
    """Call to a name of its own: the identifier, with our number behind where several calls carry it."""
    plain = {call.id: _line(call.identifier or "") for call in calls}
    carried = Counter(plain.values())
    return {
        number: name if name and carried[name] == 1 else f"{name}-{number}" if name else str(number)
        for number, name in plain.items()
    }


def _record(call: Call, name: str) -> dict[str, object]:
    return {
        "id": name,
        "title": call.title,
        "call": call.call_title,
        "programme": call.programme_label or programme_name(call.programme, "en"),
        "action": None if call.shares_identifier else call.action_type,
        "opens": call.opening_date.isoformat() if call.opening_date else None,
        "deadline": call.deadlines[-1].day.isoformat() if call.deadlines else None,
        "budget": call.budget,
        "gmin": call.grant_min,
        "gmax": call.grant_max,
        "text": _text(call),
    }


def _text(call: Call) -> str:
    """The sections that say what the call is about, under heads that are found again."""
    told = [section for section in call.sections if section.kind in HEADS and section.text.strip()]
    order = list(HEADS)
    told.sort(key=lambda section: order.index(section.kind))
    return "\n".join(f"{HEADS[section.kind]}{section.text.strip()}" for section in told)


def _need_lines(needs: Mapping[str, Judgement], profile: Profile) -> list[str]:
    units = {unit.key: unit.name for unit in profile.units}
    return [
        "\t".join((need, _line(units.get(one.unit, one.unit)), _line(one.need_text)))
        for need, one in sorted(needs.items())
    ]


def _line(text: str) -> str:
    """Words on one line, without tabs."""
    return " ".join(text.split())


def _file(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
