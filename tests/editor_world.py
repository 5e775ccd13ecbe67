"""A municipality whose profile lies in the database, with pages that edit it and a matching that runs at once."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from web_world import NOW, TENANT, StillDesk, World, in_days

from builders import a_scraped_call
from calls.model import CallSection
from calls.vocabulary import SectionKind
from pipeline.desk import Desk
from pipeline.match import match_all
from pipeline.on_request import JobOnRequest, Progress
from profiles.load import load_profile, preset_path, read_profile
from profiles.model import Profile
from profiles.write import profile_text
from storage import profiles as stored_profiles
from storage.database import open_database, reading, writing
from web.context import WebContext

SUBJECTS = {
    "Nursery": "Preschools and early childhood education and care: staff learn languages with children.",
    "Pupils": "Pupil exchanges between primary schools. Pupils meet peers in other countries.",
    "Harbour": "Harbours and small ports: electric boats, quays and fishing.",
    "Nuclear": "Nuclear power and research reactors for universities.",
    "Flood": "Flooding, storm water and climate adaptation in towns.",
    "Twin": "Town twinning: citizens of twin towns meet and learn about the Union.",
    "Elderly": "Elderly care: older people living at home, loneliness and falls.",
    "Forest": "Forestry, sawmills and timber in rural areas.",
}

PROGRAMMES = {"Nursery": "ERASMUS-EDU", "Pupils": "ERASMUS-EDU", "Twin": "ERASMUS-EDU"}


@dataclass
class Done:
    """A run that is over when it is begun."""

    said: str = ""

    def outcome(self) -> str:
        """How it went."""
        return self.said


@dataclass
class EditorWorld(World):
    """`profile` is the one that holds in the database; `runs` counts the matchings."""

    desk: Desk = field(default_factory=StillDesk)
    patience: float | None = None
    collectors: Mapping[str, JobOnRequest] = field(default_factory=dict)
    runs: int = 0
    rematcher: JobOnRequest | None = None

    def __post_init__(self) -> None:
        self.rematcher = JobOnRequest(self.rematch)

    @property
    def context(self) -> WebContext:
        """As every world's, with the stored profile."""
        return replace(
            super().context,
            profile=self.held,
            desk=self.desk,
            patience=self.patience,
            collectors=self.collectors,
            rematcher=self.rematcher,
        )

    def held(self) -> tuple[int, Profile]:
        """The version that holds, and its profile."""
        with reading(self.engine) as conn:
            stored = stored_profiles.latest(conn, TENANT)
        return stored.version, read_profile(stored.document, stored.key)

    def wait(self) -> None:
        """Until no matching goes on."""
        deadline = time.monotonic() + 120
        while self.rematcher.progress is Progress.RUNNING and time.monotonic() < deadline:
            threading.Event().wait(0.01)
        assert self.rematcher.progress is Progress.IDLE

    def rematch(self) -> Done:
        """What `fondvakt match` does, here and now."""
        version, profile = self.held()
        match_all(self.engine, TENANT, None, profile, version, self.now)
        self.runs += 1
        return Done()


def an_editor_world(
    folder: Path, profile: Profile | None = None, calls: int = 64, url: str = ""
) -> EditorWorld:
    """The made-up municipality, some calls on different subjects, and a first matching.

    Args:
        url: of an empty database; one in the folder when there is none.
    """
    engine = open_database(url or f"sqlite:///{folder / 'web.sqlite'}")
    chosen = profile or load_profile(preset_path("exempelstad"))
    world = EditorWorld(engine=engine, profile=chosen, now=NOW)
    with writing(engine) as conn:
        stored_profiles.save(conn, TENANT, chosen.key, profile_text(chosen), "cli", NOW - timedelta(days=40))
    if calls:
        world.add_calls(*some_calls(calls))
        world.rematch()
    return world


def some_calls(number: int) -> list:
    """Two calls on each of eight subjects, the rest about machines."""
    return [_call(place) for place in range(number)]


def _call(place: int):
    word, text = list(SUBJECTS.items())[place % len(SUBJECTS)]
    turn = place // len(SUBJECTS)
    if turn > 1:
        word, text = "Machine", f"Machines of kind w{place}"
    return a_scraped_call(
        reference=f"{place}TOPICSen",
        identifier=f"{PROGRAMMES.get(word, 'EX')}-2026-{word.upper()}-{place:02}",
        title=f"{text.partition(':')[0].partition('.')[0]}, round {turn + 1}",
        url=f"https://portal.example/topics/{place}",
        action_type="ERASMUS Project Grants" if word in PROGRAMMES else None,
        deadlines=(in_days(30 + place),),
        sections=(CallSection(kind=SectionKind.SCOPE, text=f"{text} Projects of kind w{place} are funded."),),
    )
