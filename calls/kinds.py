"""How each kind of call is spoken of: money is applied for, a consultation is answered.

Sentences are whole in each kind's words, so that no language has to be put together from parts.
"""

from dataclasses import dataclass

from calls.model import CallFacts
from texts import N_


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """The words for one kind, not yet translated.

    Attributes:
        by: what stands before its last day; `by_day` the same in running text.
        last_day: the name of its last day.
        quoted: what stands around a sentence of its text, in a template.
        at_host: where its publisher shows it, in a message.
    """

    by: str
    by_day: str
    last_day: str
    quoted: str
    at_host: str


FUNDING = Spoken(
    by=N_("Sök senast"),
    by_day=N_("sök senast {day}"),
    last_day=N_("Sista ansökningsdag"),
    quoted=N_("Utlysningen: ”%(call)s”"),
    at_host=N_("Utlysningen hos {host}"),
)
ASKED = Spoken(
    by=N_("Svara senast"),
    by_day=N_("svara senast {day}"),
    last_day=N_("Sista dag att svara"),
    quoted=N_("Samrådet: ”%(call)s”"),
    at_host=N_("Samrådet hos {host}"),
)


# The kinds of act that a consultation prepares, by the English words that it carries (`foreseenActType`).
ACT_LABELS = {
    "proposal for a regulation": N_("förslag till förordning"),
    "proposal for a directive": N_("förslag till direktiv"),
    "proposal for a decision": N_("förslag till beslut"),
    "regulation": N_("förordning"),
    "directive": N_("direktiv"),
    "decision": N_("beslut av kommissionen"),
    "delegated regulation": N_("delegerad förordning"),
    "delegated directive": N_("delegerat direktiv"),
    "delegated decision": N_("delegerat beslut"),
    "implementing regulation": N_("genomförandeförordning"),
    "implementing directive": N_("genomförandedirektiv"),
    "implementing decision": N_("genomförandebeslut"),
    "recommendation": N_("rekommendation"),
    "report": N_("rapport från kommissionen"),
    "staff working document": N_("arbetsdokument från kommissionen"),
    "communication": N_("meddelande från kommissionen"),
    "evaluation": N_("utvärdering av gällande regler"),
    "fitness check": N_("kontroll av om gällande regler håller"),
}


def act_of(call: CallFacts) -> str | None:
    """What kind of act a consultation prepares, not yet translated; None when its source does not say."""
    return next((ACT_LABELS[word] for word in call.keywords if word in ACT_LABELS), None)


def spoken(call: CallFacts) -> Spoken:
    """The words for this call."""
    return ASKED if call.is_consultation else FUNDING


def of_kind(call: CallFacts, of_call: str, of_consultation: str) -> str:
    """The one of two sentences that fits the call."""
    return of_consultation if call.is_consultation else of_call
