"""A municipality whose profile lies in the database, with pages that edit it and a matching that runs at once."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from builders import a_scraped_call
from calls.model import CallSection
from calls.vocabulary import SectionKind
from pipeline.desk import Desk
from pipeline.match import match_all
from pipeline.rematching import Rematcher
from profiles.load import load_profile, preset_path, read_profile
from profiles.model import Profile
from profiles.write import profile_text
from storage import profiles as stored_profiles
from storage.database import open_database, reading, writing
from web.context import WebContext
from web_world import NOW, TENANT, World, in_days

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

    desk: Desk = field(default_factory=Desk)
    runs: int = 0
    started: Callable[["EditorWorld"], Done] | None = None

    @property
    def context(self) -> WebContext:
        """As every world's, with the stored profile."""
        return replace(
            super().context,
            profile=self.held,
            desk=self.desk,
            rematcher=Rematcher(self.rematch),
        )

    def held(self) -> tuple[int, Profile]:
        """The version that holds, and its profile."""
        with reading(self.engine) as conn:
            stored = stored_profiles.latest(conn, TENANT)
        return stored.version, read_profile(stored.document, stored.key)

    def rematch(self) -> Done:
        """What `fondvakt match` does, here and now."""
        version, profile = self.held()
        match_all(self.engine, TENANT, None, profile, version, self.now)
        self.runs += 1
        return Done()


def an_editor_world(folder: Path, profile: Profile | None = None, calls: int = 64) -> EditorWorld:
    """The made-up municipality, some calls on different subjects, and a first matching."""
    engine = open_database(f"sqlite:///{folder / 'web.sqlite'}")
    chosen = profile or load_profile(preset_path("exempelstad"))
    world = EditorWorld(engine=engine, profile=chosen, now=NOW)
    with writing(engine) as conn:
        stored_profiles.save(conn, TENANT, chosen.key, profile_text(chosen), "cli", NOW - timedelta(days=40))
    if calls:
        world.add_calls(*some_calls(calls))
        world.rematch()
    return world


def some_calls(number: int) -> list:
    """Calls on eight subjects, turn by turn."""
    subjects = list(SUBJECTS.items())
    found = []
    for place in range(number):
        word, text = subjects[place % len(subjects)]
        turn = place // len(subjects)
        found.append(
            a_scraped_call(
                reference=f"{place}TOPICSen",
                identifier=f"EX-2026-{word.upper()}-{turn + 1:02}",
                title=f"{text.partition(':')[0].partition('.')[0]}, round {turn + 1}",
                url=f"https://portal.example/topics/{place}",
                deadlines=(in_days(30 + place),),
                sections=(
                    CallSection(kind=SectionKind.SCOPE, text=f"{text} Projects of kind w{place} are funded."),
                ),
            )
        )
    return found
