"""Units that publish by themselves: where the coordinator allows it, what is theirs, and how it is undone."""

import pytest
from editor_forms import CONTACT, NEED, decide, drafts, save, the_need
from editor_world import EditorWorld
from web_world import TENANT

from pipeline import friday
from pipeline.digest import letter_context
from profiles.rights import PublishRule
from storage import audit
from storage.database import reading

RIGHTS = "/profil/publicering"
UNIT_FORM = {"name": "Skolan", "name_en": "Schools", "kind": "department", "legal_form": "municipality"}


@pytest.fixture
def world(edited) -> EditorWorld:
    """The editor's municipality, where the schools publish by themselves."""
    chosen = edited.signed_in().post(RIGHTS, {"regel-skola": PublishRule.OWN}, page=RIGHTS)
    assert chosen.status_code == 303
    return edited


def events(world) -> list[tuple[str, str, str]]:
    with reading(world.engine) as conn:
        told = [one.event for one in audit.events(conn, TENANT)]
    return [(event.actor, event.kind, event.action) for event in told]


def test_what_a_contact_person_publishes_holds_at_once_and_changes_the_queue(world):
    contact = world.signed_in(CONTACT)
    assert "Granska och publicera" in contact.get(NEED).text
    answer = save(contact, do="review", never="elever")
    assert "Samordnaren får veta det" in contact.get(answer.headers["location"]).text
    assert decide(contact, world, "publish", reach="open").headers["location"] == "/profil"
    assert (world.held()[0], the_need(world).never) == (2, ("elever",))
    assert "skola" not in {stored.match.unit for stored in world.matches()}
    assert ("kontakt-skola", "profile", "publish") in events(world)


def test_the_coordinator_is_told_and_takes_it_back_while_later_changes_stay(world):
    contact, coordinator = world.signed_in(CONTACT), world.signed_in()
    assert "Publicerat av enheterna" not in coordinator.get("/profil").text
    save(contact, do="review", never="elever")
    decide(contact, world, "publish")
    save(coordinator, do="review", never="elever", title="Samordnarens rubrik")
    decide(coordinator, world, "publish")
    front = coordinator.get("/profil").text
    assert "Publicerat av enheterna själva" in front
    assert '<a href="/profil/version/2">' in front
    page = "/profil/version/2"
    answer = coordinator.post(page, {"do": "take-back", "holds": "3"}, page=page)
    world.wait()
    assert answer.headers["location"] == "/profil/versioner"
    assert (the_need(world).never, the_need(world).title) == ((), "Samordnarens rubrik")
    assert "skola" in {stored.match.unit for stored in world.matches()}
    assert ("samordnare", "profile", "take-back") in events(world)
    versions = coordinator.get("/profil/versioner").text
    assert versions.count("aldrig-ord") >= 2, "what each version changed"
    assert "Publicerat av enheterna" not in contact.get("/profil").text


def test_fridays_word_to_the_coordinator_names_the_unit(world):
    contact = world.signed_in(CONTACT)
    save(contact, do="review", never="elever")
    decide(contact, world, "publish")
    context = letter_context(TENANT, world.held()[1], world.now, public_url=world.public_url, key="k")
    told = friday.coming_week(world.engine, context)
    assert [name for name, _english in told.published] == [world.held()[1].unit("skola").name]


def test_a_units_name_kind_and_form_are_the_coordinators(world):
    contact, page = world.signed_in(CONTACT), "/profil/enhet/skola"
    contact.post(page, UNIT_FORM | {"preparation_days": "60", "may_lead": "1", "do": "review"}, page=page)
    draft = f"/profil/utkast/{drafts(world)[0].id}"
    assert "Föreslå för samordnaren" in contact.get(draft).text
    assert decide(contact, world, "publish").status_code == 403
    assert decide(contact, world, "propose").status_code == 303


def test_a_unit_cannot_take_itself_out(world):
    contact, page = world.signed_in(CONTACT), "/profil/enhet/skola"
    contact.post(page, {"do": "remove"}, page=page)
    assert decide(contact, world, "publish").status_code == 403
    assert world.held()[0] == 1


def test_nobody_publishes_anothers_draft_or_for_another_unit(world):
    save(world.signed_in(), do="review", never="elever")
    assert decide(world.signed_in(CONTACT), world, "publish").status_code == 403
    culture, page = world.signed_in("kontakt.kultur@exempelstad.example"), "/profil/behov/kultur/scen"
    assert "Granska och föreslå" in culture.get(page).text
    save(culture, do="review", page=page, path=page, need="scen")
    assert decide(culture, world, "publish").status_code == 403
    assert world.held()[0] == 1


def test_the_right_ends_when_the_coordinator_says_so_and_both_choices_are_told(world):
    contact, coordinator = world.signed_in(CONTACT), world.signed_in()
    save(contact, do="review", never="elever")
    coordinator.post(RIGHTS, {"regel-skola": PublishRule.PROPOSE}, page=RIGHTS)
    assert decide(contact, world, "publish").status_code == 403
    assert events(world).count(("samordnare", "unit", "choose-publishing")) == 2
    told = coordinator.get("/historik").text
    assert "valde vem som publicerar" in told
    assert "Enheten publicerar själv" in told


def test_a_word_outside_the_list_chooses_nothing(world):
    answer = world.signed_in().post(RIGHTS, {"regel-skola": "alla", "regel-kultur": "own"}, page=RIGHTS)
    assert answer.status_code == 422
    assert (
        "Granska och föreslå"
        in world.signed_in("kontakt.kultur@exempelstad.example").get("/profil/behov/kultur/scen").text
    )


def test_only_the_coordinator_chooses__W20(world):
    contact = world.signed_in(CONTACT)
    assert contact.get(RIGHTS).status_code == 403
    assert contact.post(RIGHTS, {"regel-skola": "own"}, page=NEED).status_code == 403


def test_a_coordinators_own_publication_is_not_told_as_a_units(world):
    coordinator = world.signed_in()
    save(coordinator, do="review", never="elever")
    decide(coordinator, world, "publish")
    assert "Publicerat av enheterna" not in coordinator.get("/profil").text
