"""Needs proposed from a paragraph of a plan, taken one by one into a draft of the unit; no text leaves the house."""

from collections.abc import Sequence
from dataclasses import replace

from starlette.responses import Response

from profiles.intake.needs import Likeness, propose_needs
from profiles.intake.reader import text_blocks
from profiles.model import Need, Unit
from profiles.parts import PartKind
from texts import N_, Message
from web.decisions import Fault
from web.editor.editing import editing_unit, must_edit, new_key
from web.editor.saving import save_read
from web.intake.brought import pasted
from web.intake.offers import Offer, faults_of, offers_from
from web.names import Names
from web.render import page
from web.visit import Fields, Here, Visit

LONGEST_PLAN = 20_000
SHORTEST_NEED = 20
EMPTY = Message(text=N_("Klistra in ett stycke ur planen."))
NOT_FOUND = Message(
    text=N_("Vi hittade ingen mening som säger något eget. Skriv vad som ska ändras, och för vem.")
)


def ask(visit: Here, unit: str) -> Response:
    """The form."""
    must_edit(visit, PartKind.UNIT, unit)
    return _ask(visit, editing_unit(visit, unit)[1])


def read(visit: Here, unit: str, fields: Fields) -> Response:
    """The needs that the text suggests."""
    must_edit(visit, PartKind.UNIT, unit)
    around, found = editing_unit(visit, unit)
    text = pasted(fields)[:LONGEST_PLAN]
    if not text.strip():
        return _ask(visit, found, said=EMPTY, status=422)
    areas = around.published.priority_areas
    needs = propose_needs(text_blocks(text), areas, found.needs, _likeness(visit))
    if not needs:
        return _ask(visit, found, said=NOT_FOUND, text=text, status=422)
    offers = [
        Offer(
            sort="need",
            name=f"need-{number}",
            title=need.title,
            text=need.text,
            area=need.priority_area or "",
            children=need.children_and_youth,
            present=need.like or "",
            quote=need.quote,
        )
        for number, need in enumerate(needs)
    ]
    return _offer(visit, found, offers)


def take(visit: Here, unit: str, fields: Fields) -> Response:
    """Put the needs that were taken into the draft of the unit."""
    must_edit(visit, PartKind.UNIT, unit)
    around, found = editing_unit(visit, unit)
    offers = offers_from(fields, ("need",))
    areas = {area.key for area in around.published.priority_areas}
    faults = faults_of(offers)
    for offer in offers:
        if offer.is_taken and offer.area not in areas:
            text = Message(text=N_("Välj vilket prioriterat område behovet tjänar."))
            faults.append(Fault(field=f"{offer.name}-area", message=text))
        if offer.is_taken and 0 < len(offer.text) < SHORTEST_NEED:
            text = Message(text=N_("Skriv mer om behovet: vad ska ändras, och för vem?"))
            faults.append(Fault(field=f"{offer.name}-text", message=text))
    if faults:
        return _offer(visit, found, offers, faults=faults, status=422)
    taken = [offer for offer in offers if offer.is_taken]
    return save_read(visit, around, _with_needs(found, taken), back=f"/profil/in/plan/{unit}")


def _with_needs(unit: Unit, taken: Sequence[Offer]) -> Unit:
    needs = list(unit.needs)
    for offer in taken:
        needs.append(
            Need(
                key=new_key(offer.title, (need.key for need in needs), "behov"),
                unit=unit.key,
                title=offer.title,
                title_en=offer.title_en,
                text=offer.text,
                text_en=offer.text_en,
                priority_area=offer.area,
                children_and_youth=offer.children,
            )
        )
    return replace(unit, needs=tuple(needs))


def _likeness(visit: Visit) -> Likeness | None:
    """By meaning where the model is loaded; a page does not wait for it."""
    model = visit.context.desk.loaded
    if model is None:
        return None

    def compare(first: Sequence[str], second: Sequence[str]) -> Sequence[Sequence[float]]:
        return model.embed(first, kind="query") @ model.embed(second, kind="query").T

    return compare


def _ask(
    visit: Visit, unit: Unit, *, said: Message | None = None, text: str = "", status: int = 200
) -> Response:
    shown = {"unit": unit, "said": said, "text": text, "flash": None}
    return page(visit, "intake/plan.html", status=status, names=Names(visit), **shown)


def _offer(
    visit: Visit, unit: Unit, offers: Sequence[Offer], *, faults: Sequence[Fault] = (), status: int = 200
) -> Response:
    names = Names(visit)
    areas = visit.profile.priority_areas if visit.profile else ()
    return page(
        visit,
        "intake/offers.html",
        status=status,
        names=names,
        action=f"/profil/in/plan/{unit.key}/ta",
        back=f"/profil/in/plan/{unit.key}",
        title=visit.wording.gettext(N_("Föreslagna behov")),
        facts=[],
        aims=[],
        areas=[],
        needs=offers,
        labels={},
        flags=(),
        choices=[(area.key, names.area_title(area)) for area in areas],
        named=True,
        faults=faults,
    )
