"""Builders: each gives a whole, valid value; a test names only what it is about."""

from datetime import datetime
from zoneinfo import ZoneInfo

from calls.model import Call, ScrapedCall
from matcher.model import Band, Match
from profiles.model import (
    ContactPerson,
    LegalForm,
    Need,
    Policy,
    PriorityArea,
    Profile,
    Role,
    Unit,
    UnitKind,
)

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 8, 22, 6, 0, tzinfo=STOCKHOLM)


def a_call(**facts) -> Call:
    """A stored call."""
    given = {"id": 1, "title": "Town-Twinning", "url": "https://portal.example/1"}
    return Call(**(given | facts))


def a_scraped_call(**facts) -> ScrapedCall:
    """A call as one source shows it."""
    given = {
        "source": "eu-portal",
        "reference": "1TOPICSen",
        "identifier": "CERV-2026-CITIZENS-TOWN-TT",
        "title": "Town-Twinning",
        "url": "https://portal.example/1",
    }
    return ScrapedCall(**(given | facts))


def a_need(**facts) -> Need:
    """A need of the schools."""
    given = {
        "key": "utbyten",
        "unit": "skola",
        "title": "Elevutbyten",
        "title_en": "Pupil exchanges",
        "text": "Fler elever i grundskolan ska få möta jämnåriga i andra länder.",
        "text_en": "More pupils in primary school should meet peers in other countries.",
        "priority_area": "barn-och-unga",
        "children_and_youth": True,
    }
    return Need(**(given | facts))


def a_unit(**facts) -> Unit:
    """A department with one need."""
    given = {
        "key": "skola",
        "name": "Barn- och utbildningsförvaltningen",
        "name_en": "Children and Education Department",
        "kind": UnitKind.DEPARTMENT,
        "legal_form": LegalForm.MUNICIPALITY,
    }
    unit = given | facts
    unit.setdefault("needs", (a_need(unit=unit["key"]),))
    return Unit(**unit)


def a_person(**facts) -> ContactPerson:
    """The contact person of the schools."""
    given = {
        "key": "kontakt-skola",
        "name": "Kontaktperson, Barn- och utbildning",
        "email": "kontakt.skola@exempelstad.example",
        "role": Role.CONTACT,
        "units": ("skola",),
    }
    return ContactPerson(**(given | facts))


def a_coordinator(**facts) -> ContactPerson:
    """The coordinator."""
    given = {
        "key": "samordnare",
        "name": "EU-samordnare",
        "email": "eu@exempelstad.example",
        "role": Role.COORDINATOR,
    }
    return ContactPerson(**(given | facts))


def a_profile(**facts) -> Profile:
    """A small municipality with one unit, one contact person and a coordinator."""
    given = {
        "key": "exempelstad",
        "name": "Exempelstads kommun",
        "name_en": "Municipality of Exempelstad",
        "county": "Hallands län",
        "nuts3": "SE231",
        "policy": Policy(title="Exempelstad i världen", adopted_by="Kommunfullmäktige"),
        "mail_domains": ("exempelstad.example",),
        "priority_areas": (
            PriorityArea(
                key="barn-och-unga",
                title="Barn och unga först",
                title_en="Children and young people first",
                description="Det som når barn och unga går före.",
                description_en="What reaches children and young people comes first.",
                children_and_youth=True,
            ),
        ),
        "people": (a_coordinator(), a_person()),
        "units": (a_unit(),),
    }
    return Profile(**(given | facts))


def a_match(**facts) -> Match:
    """A likely match of call 1 with the schools' need."""
    given = {
        "call_id": 1,
        "call_version": 1,
        "unit": "skola",
        "need": "utbyten",
        "score": 0.6,
        "band": Band.LIKELY,
        "model": "words",
    }
    return Match(**(given | facts))
