"""A policy document read into proposals, which the coordinator takes, changes or leaves one by one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from starlette.responses import Response

from profiles.intake.documents import read_document
from profiles.intake.errors import DocumentRefused
from profiles.intake.needs import overlap
from profiles.intake.policies import read_policy
from profiles.intake.proposed import Fact, PolicyReading
from profiles.model import Aim, Municipality, PriorityArea
from profiles.parts import PartKind
from texts import N_, Message
from web.decisions import Fault
from web.editor.editing import Editing, editing, new_key
from web.editor.policy import FLAGS
from web.editor.saving import save_read
from web.intake.brought import brought, pasted
from web.intake.files import NOTHING
from web.intake.offers import Offer, faults_of, in_both_languages, offers_from
from web.names import Names
from web.render import page
from web.visit import Fields, Here, Visit

NOT_FOUND = Message(
    text=N_(
        "Vi hittade varken mål eller prioriterade områden i texten. Skriv in dem själv, eller pröva en annan version."
    )
)
NO_DAY = N_("”{typed}” är ingen dag; skriv som 2027-01-31.")
NO_INTERVAL = N_("”{typed}” är inget antal år från 1 till 20.")
FACT_LABELS = {
    "title": N_("Titel"),
    "adopted_by": N_("Antagen av"),
    "adopted": N_("Antagen den"),
    "reference": N_("Diarienummer eller paragraf"),
    "revision_interval_years": N_("Revideras med så många års mellanrum"),
    "tests_cofinancing": N_("Extern medfinansiering prövas alltid"),
    "yearly_follow_up": N_("Arbetet följs upp varje år"),
    "children_first": N_("Barn och unga går först"),
}
SAME = 0.8


def ask(visit: Here) -> Response:
    """The form."""
    return _ask(visit)


def read(visit: Here, fields: Fields) -> Response:
    """What the document proposes."""
    found = brought(fields)
    if found is None:
        return _ask(visit, said=NOTHING, status=422)
    try:
        document = read_document(found.content, found.name)
    except DocumentRefused as failure:
        return _ask(visit, said=failure.message, text=pasted(fields), status=422)
    reading = read_policy(document.blocks)
    if not reading.aims and not reading.areas:
        return _ask(visit, said=NOT_FOUND, text=pasted(fields), status=422)
    part = _policy(editing(visit, PartKind.POLICY))
    return _offer(visit, _offers(reading, part), named=any(area.is_named for area in reading.areas))


def take(visit: Here, fields: Fields) -> Response:
    """Put what was taken into the draft of the policy."""
    around = editing(visit, PartKind.POLICY)
    offers = offers_from(fields, ("fact", "aim", "area"))
    faults = faults_of(offers)
    part, odd = _with_facts(_policy(around), [offer for offer in offers if offer.is_taken])
    if faults or odd:
        return _offer(visit, offers, faults=[*faults, *odd], status=422)
    part = _with_lists(part, [in_both_languages(offer) for offer in offers if offer.is_taken])
    return save_read(visit, around, part, back="/profil/in/policy")


def _policy(around: Editing) -> Municipality:
    part = around.part
    assert isinstance(part, Municipality)  # of the kind that was asked for
    return part


def _offers(reading: PolicyReading, part: Municipality) -> list[Offer]:
    facts = [_fact_offer(fact, part) for fact in reading.facts if fact.field in FACT_LABELS]
    aims = [
        Offer(
            sort="aim",
            name=f"aim-{number}",
            text=aim.text,
            present=_like(aim.text, [one.text for one in part.policy.aims]),
            quote=aim.place.quote,
            page=aim.place.page,
            paragraph=aim.place.paragraph,
        )
        for number, aim in enumerate(reading.aims)
    ]
    areas = [
        Offer(
            sort="area",
            name=f"area-{number}",
            title=area.title,
            text=area.description,
            children=area.children_and_youth,
            present=_like(area.title, [one.title for one in part.priority_areas]),
            quote=area.place.quote,
            page=area.place.page,
            paragraph=area.place.paragraph,
        )
        for number, area in enumerate(reading.areas)
    ]
    return [*facts, *aims, *areas]


def _fact_offer(fact: Fact, part: Municipality) -> Offer:
    now = getattr(part.policy, fact.field)
    return Offer(
        sort="fact",
        name=f"fact-{fact.field}",
        text="1" if fact.field in FLAGS else str(fact.value),
        present="" if now in (None, False) else "1" if now is True else str(now),
        quote=fact.place.quote,
        page=fact.place.page,
        paragraph=fact.place.paragraph,
    )


def _like(text: str, known: Sequence[str]) -> str:
    """What the profile has that says the same; empty when nothing does."""
    plain = text.casefold().strip(" .")
    return next(
        (one for one in known if one.casefold().strip(" .") == plain or overlap(one, text) >= SAME), ""
    )


def _with_facts(part: Municipality, taken: Sequence[Offer]) -> tuple[Municipality, list[Fault]]:
    """The policy with its facts as taken, and why some of them cannot be."""
    values: dict[str, Any] = {}
    faults = []
    for offer in taken:
        field = offer.name.partition("-")[2]
        if offer.sort != "fact" or field not in FACT_LABELS or not offer.text:
            continue
        try:
            values[field] = _fact_value(field, offer.text)
        except ValueError:
            text = NO_DAY if field == "adopted" else NO_INTERVAL
            message = Message(text=text, values={"typed": offer.text[:60]})
            faults.append(Fault(field=f"{offer.name}-text", message=message))
    return replace(part, policy=replace(part.policy, **values)), faults


def _fact_value(field: str, text: str) -> Any:
    if field in FLAGS:
        return True
    if field == "adopted":
        return date.fromisoformat(text)
    if field == "revision_interval_years":
        if not 1 <= int(text) <= 20:
            raise ValueError(text)
        return int(text)
    return text[:200]


def _with_lists(part: Municipality, taken: Sequence[Offer]) -> Municipality:
    """The part with the aims and areas added after those it has."""
    aims, areas = list(part.policy.aims), list(part.priority_areas)
    for offer in taken:
        if offer.sort == "aim":
            key = new_key(" ".join(offer.text.split()[:5]), (aim.key for aim in aims), "mal")
            aims.append(Aim(key=key, text=offer.text, text_en=offer.text_en))
        elif offer.sort == "area":
            key = new_key(offer.title, (area.key for area in areas), "omrade")
            areas.append(
                PriorityArea(
                    key=key,
                    title=offer.title,
                    title_en=offer.title_en,
                    description=offer.text,
                    description_en=offer.text_en,
                    children_and_youth=offer.children,
                )
            )
    policy = replace(part.policy, aims=tuple(aims))
    return replace(part, policy=policy, priority_areas=tuple(areas))


def _ask(visit: Visit, *, said: Message | None = None, text: str = "", status: int = 200) -> Response:
    editing(visit, PartKind.POLICY)
    return page(visit, "intake/policy.html", status=status, names=Names(visit), said=said, text=text)


def _offer(
    visit: Visit,
    offers: Sequence[Offer],
    *,
    faults: Sequence[Fault] = (),
    named: bool = True,
    status: int = 200,
) -> Response:
    return page(
        visit,
        "intake/offers.html",
        status=status,
        names=Names(visit),
        action="/profil/in/policy/ta",
        back="/profil/in/policy",
        title=visit.wording.gettext(N_("Det här läste vi ut ur policyn")),
        facts=[offer for offer in offers if offer.sort == "fact"],
        aims=[offer for offer in offers if offer.sort == "aim"],
        areas=[offer for offer in offers if offer.sort == "area"],
        needs=[],
        labels=FACT_LABELS,
        flags=FLAGS,
        choices=(),
        named=named,
        faults=faults,
    )
