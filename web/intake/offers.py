"""What a reading proposes, as a form: each proposal is taken, changed or left by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from starlette.datastructures import FormData

from texts import N_, Message
from web.decisions import Fault
from web.intake.brought import line_of

MOST_OFFERS = 100
LONGEST = {"title": 200, "title_en": 200, "text": 2000, "text_en": 2000}


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One proposal as the form shows it.

    Attributes:
        sort: aim, area, need or fact.
        name: begins the names of its fields; a fact's is the field of the policy.
        area: key of the chosen priority area, of a need.
        present: what the profile has already that is like it; empty when nothing is.
        quote: the words it was read from, on `page`, paragraph `paragraph`; 0 where that is not known.
    """

    sort: str
    name: str
    text: str = ""
    text_en: str = ""
    title: str = ""
    title_en: str = ""
    area: str = ""
    children: bool = False
    is_taken: bool = False
    present: str = ""
    quote: str = ""
    page: int = 0
    paragraph: int = 0


def offers_from(fields: FormData, sorts: Sequence[str]) -> list[Offer]:
    """The proposals as the form sends them back, in its order."""
    found = []
    for name in dict.fromkeys(str(value) for value in fields.getlist("offer")[:MOST_OFFERS]):
        sort = name.partition("-")[0]
        if sort in sorts:
            found.append(_offer(fields, sort, name))
    return found


def _offer(fields: FormData, sort: str, name: str) -> Offer:
    said = {key: line_of(fields, f"{name}-{key}", longest) for key, longest in LONGEST.items()}
    return Offer(
        sort=sort,
        name=name[:60],
        area=line_of(fields, f"{name}-area", 80),
        children=fields.get(f"{name}-children") == "1",
        is_taken=fields.get(f"{name}-take") == "1",
        present=line_of(fields, f"{name}-present", 300),
        quote=line_of(fields, f"{name}-quote", 1000),
        page=_number(fields, f"{name}-page"),
        paragraph=_number(fields, f"{name}-paragraph"),
        **said,
    )


def in_both_languages(offer: Offer) -> Offer:
    """Where English is not written, the Swedish words stand in for it until somebody writes it."""
    return replace(offer, text_en=offer.text_en or offer.text, title_en=offer.title_en or offer.title)


def faults_of(offers: Sequence[Offer]) -> list[Fault]:
    """Why what is taken cannot be kept."""
    taken = [offer for offer in offers if offer.is_taken]
    if not taken:
        first = offers[0].name if offers else ""
        return [Fault(field=f"{first}-take", message=Message(text=N_("Välj minst ett av förslagen.")))]
    faults = []
    for offer in taken:
        if not offer.text:
            faults.append(
                Fault(field=f"{offer.name}-text", message=Message(text=N_("Ett valt förslag saknar text.")))
            )
        if offer.sort in ("area", "need") and not offer.title:
            faults.append(
                Fault(
                    field=f"{offer.name}-title", message=Message(text=N_("Ett valt förslag saknar rubrik."))
                )
            )
    return faults


def _number(fields: FormData, name: str) -> int:
    text = str(fields.get(name) or "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 6 else 0
