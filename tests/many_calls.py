"""Calls of every kind as a source shows them, for pages to be filled with."""

from datetime import date, datetime, time, timedelta

from builders import NOW, a_scraped_call
from calls.model import BRUSSELS, CallSection, Consortium, Deadline
from calls.vocabulary import ApplicantType, DeadlineModel, SectionKind, Status


def in_days(days: int, hour: int | None = 17) -> Deadline:
    """A deadline so many days after NOW, at a known hour unless it is None."""
    day: date = NOW.astimezone(BRUSSELS).date() + timedelta(days=days)
    if hour is None:
        return Deadline.on(day)
    return Deadline(at=datetime.combine(day, time(hour), tzinfo=BRUSSELS))


TITLES = (
    ("CERV-2026-CITIZENS-TOWN-TT", "CERV", "Town-Twinning"),
    (
        "ERASMUS-EDU-2026-PI-FORWARD",
        "ERASMUS+",
        "European policy experimentation in school: pupils' wellbeing",
    ),
    (
        "LIFE-2026-SAP-ENV",
        "LIFE",
        "Circular Economy, resources from Waste, Air, Water, Soil, Noise, Chemicals, Bauhaus",
    ),
    (
        "HORIZON-MISS-2026-01-CLIMA-01",
        "HORIZON",
        "Demonstration of approaches to improve disaster preparedness and resilience in regions and local "
        "authorities across Europe, including cross-border areas",
    ),
    ("CREA-CULT-2026-COOP", "CREA", "European Cooperation Projects Small Scale"),
    ("DIGITAL-2026-SKILLS-09", "DIGITAL", "Advanced digital skills for public administrations"),
    ("CERV-2026-DAPHNE", "CERV", "Prevent and combat gender-based violence and violence against children"),
    ("AMIF-2026-TF2-AG-INTE", "AMIF", "Community sponsorship and early integration measures"),
    ("ESC-VOLT-2026", "ESC", "Volunteering Teams in High Priority Areas"),
    (
        "CEF-T-2026-AFIFGEN",
        "CEF",
        "Alternative Fuels Infrastructure Facility – recharging points for local buses",
    ),
)
TEXTS = {
    SectionKind.OBJECTIVE: (
        "The aim is to bring people from different towns together around topics that matter in their daily life.\n"
        "Early childhood education and care staff should learn from peers in at least one other country, and pupils "
        "should take part in shaping the exchange.\n\n"
        "Projects that reach children with another mother tongue come first."
    ),
    SectionKind.SCOPE: (
        "Activities may include meetings, workshops, performances, joint teaching and digital exchanges. "
        "A project lasts at most 24 months and involves at least two municipalities from two countries."
    ),
    SectionKind.OUTCOME: "More residents know what the Union does, and more young people take part in local life.",
}


def many_calls(number: int = 30) -> list:
    """Calls of every kind: near and far deadlines, none, unknown; sums and silence; long titles."""
    deadlines = (
        (in_days(3),), (in_days(9, None),), (in_days(0),), (in_days(13),), (in_days(41, None),),
        (in_days(75), in_days(240)), (), None, (in_days(120),), (in_days(1),),
    )  # fmt: skip
    found = []
    for place in range(number):
        identifier, programme, title = TITLES[place % len(TITLES)]
        turn = place // len(TITLES)
        due = deadlines[(place + turn * 3) % len(deadlines)]
        is_coming = place % 7 == 4 and due not in ((), None)
        found.append(
            a_scraped_call(
                reference=f"{1000 + place}TOPICSen",
                identifier=f"{identifier}-{turn + 1:02}",
                title=title if turn == 0 else f"{title}, round {turn + 1}",
                url=f"https://portal.example/topics/{place}",
                programme=programme,
                action_type="CERV Project Grants" if programme == "CERV" else None,
                deadlines=due,
                deadline_model=DeadlineModel.TWO_STAGE if due and len(due) > 1 else None,
                opening_date=NOW.date() + timedelta(days=10) if is_coming else None,
                announced=Status.OPEN,
                budget=(None, 4_000_000, 26_500_000)[place % 3],
                budget_shared=place % 4 == 1,
                grant_min=(8_500, None, 1_000_000, None)[place % 4],
                grant_max=(50_700, 500_000, 2_000_000, None)[place % 4],
                cofinancing_rate=(None, 0.9, 0.6, 1.0)[place % 4],
                eligible_applicants=frozenset({ApplicantType.MUNICIPALITY, ApplicantType.ASSOCIATION})
                if place % 2
                else None,
                consortium=Consortium(min_partners=2, min_countries=2) if place % 3 == 0 else None,
                sections=tuple(CallSection(kind=kind, text=text) for kind, text in TEXTS.items()),
            )
        )
    return found
