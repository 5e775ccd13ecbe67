"""The profile that holds, kept between requests: never an older one, and never one with somebody who was erased."""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest

from builders import NOW, a_person, a_profile
from pipeline.wiring import Installation, NotReady, published_profile
from profiles.write import profile_text
from storage import persons
from storage import profiles as stored_profiles
from storage.database import open_database, writing

TENANT = "exempelstad"


@pytest.fixture
def house(tmp_path):
    """An installation without a profile."""
    engine = open_database(f"sqlite:///{tmp_path / 'house.sqlite'}")
    yield Installation(settings=SimpleNamespace(tenant=TENANT), engine=engine)
    engine.dispose()


def keep(house: Installation, profile) -> int:
    """Let a profile hold."""
    with writing(house.engine) as conn:
        return stored_profiles.save(conn, TENANT, profile.key, profile_text(profile), "cli", NOW)


def test_each_version_holds_from_the_moment_it_is_kept(house: Installation):
    with pytest.raises(NotReady):
        published_profile(house)
    first = a_profile()
    keep(house, first)
    version, held = published_profile(house)
    assert (version, held.name) == (1, first.name)
    assert published_profile(house)[1] is held, "read once while nothing changes"
    keep(house, replace(first, name="Nystads kommun"))
    version, held = published_profile(house)
    assert (version, held.name) == (2, "Nystads kommun")


def test_a_person_erased_from_the_version_that_holds_is_gone_at_once__G2(house: Installation):
    person = a_person(name="Namn Namnsson", email="namn@exempelstad.example")
    keep(house, a_profile(people=(*a_profile().people[:1], person)))
    assert person.name in [one.name for one in published_profile(house)[1].people]
    with writing(house.engine) as conn:
        found = persons.known_as(conn, TENANT, person.key)
        erased = {"by": "cli", "reason": "KS 2026/17", "now": NOW + timedelta(hours=1)}
        persons.erase(conn, TENANT, found, **erased)
    version, held = published_profile(house)
    assert version == 1
    assert person.name not in profile_text(held)
    assert person.email not in profile_text(held)
