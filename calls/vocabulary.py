"""The closed lists of the field, with their Swedish labels.

The terms are the publishers' own; `docs/vocabulary.md` names where each is defined.
"""

from enum import StrEnum

from texts import N_

# A consultation is answered, not applied to: its deadline is the last day for feedback (Have your say).
CONSULTATION = "consultation"


class Status(StrEnum):
    """Where a call stands at a given moment. Computed from dates, not stored."""

    FORTHCOMING = "forthcoming"
    OPEN = "open"
    CLOSED = "closed"


class DeadlineModel(StrEnum):
    """How a call's deadlines relate to each other."""

    SINGLE_STAGE = "single-stage"
    TWO_STAGE = "two-stage"
    CUT_OFFS = "multiple cut-off"


class SectionKind(StrEnum):
    """The parts of a call's text that are kept apart."""

    SUMMARY = "summary"
    OBJECTIVE = "objective"
    SCOPE = "scope"
    OUTCOME = "outcome"
    CONDITIONS = "conditions"
    DESTINATION = "destination"
    OTHER = "other"


class ApplicantType(StrEnum):
    """Who may apply, as far as a publisher says."""

    PUBLIC_BODY = "public_body"
    MUNICIPALITY = "municipality"
    COMPANY = "company"
    SCHOOL = "school"
    UNIVERSITY = "university"
    RESEARCH = "research"
    ASSOCIATION = "association"
    PERSON = "person"
    OTHER = "other"


STATUS_LABELS = {
    Status.FORTHCOMING: N_("kommande"),
    Status.OPEN: N_("öppen"),
    Status.CLOSED: N_("stängd"),
}

SECTION_LABELS = {
    SectionKind.SUMMARY: N_("Sammanfattning"),
    SectionKind.OBJECTIVE: N_("Mål"),
    SectionKind.SCOPE: N_("Omfattning"),
    SectionKind.OUTCOME: N_("Förväntat resultat"),
    SectionKind.CONDITIONS: N_("Villkor"),
    SectionKind.DESTINATION: N_("Inriktning i programmet"),
    SectionKind.OTHER: N_("Övrigt"),
}

APPLICANT_LABELS = {
    ApplicantType.PUBLIC_BODY: N_("offentligt organ"),
    ApplicantType.MUNICIPALITY: N_("kommun"),
    ApplicantType.COMPANY: N_("företag"),
    ApplicantType.SCHOOL: N_("skola"),
    ApplicantType.UNIVERSITY: N_("universitet eller högskola"),
    ApplicantType.RESEARCH: N_("forskningsinstitut"),
    ApplicantType.ASSOCIATION: N_("förening"),
    ApplicantType.PERSON: N_("enskild person"),
    ApplicantType.OTHER: N_("annan"),
}
