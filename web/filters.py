"""The filters of the queue and of the calls: what they offer, and what an address chooses.

A filter holds what it was set to also when nothing of that is left, so that a saved view never shows everything.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from calls.programmes import PROGRAMMES, programme_name
from calls.vocabulary import APPLICANT_LABELS
from matcher.model import BAND_LABELS
from texts import N_, alphabetical
from web import former
from web.board import Board
from web.names import Names
from web.selection import Due, Kind, Order, Selection, selection
from web.visit import Visit

ORDER_LABELS = {
    Order.URGENT: N_("Brådskande först"),
    Order.STRONGEST: N_("Starkast först"),
    Order.MEANING: N_("Närmast sökningen först"),
}
KIND_LABELS = {Kind.CALL: N_("Utlysningar"), Kind.CONSULTATION: N_("Samråd")}
DUE_LABELS = {
    Due.WEEK: N_("Inom en vecka"),
    Due.MONTH: N_("Inom 30 dagar"),
    Due.QUARTER: N_("Inom 90 dagar"),
    Due.RUNNING: N_("Löpande"),
    Due.UNKNOWN: N_("Framgår inte"),
}


def chosen_by(visit: Visit, asked: Mapping[str, str], board: Board) -> Selection:
    """What an address chooses: of the units that the reader may see, also those that once were."""
    unit = asked.get("enhet", "")
    may_see = visit.may_see_unit(unit) and former.unit(visit, unit) is not None
    sources = [source.key for source in visit.context.sources]
    return selection(
        asked, [unit] if may_see else [], [*board.programmes, *PROGRAMMES], [*board.sources, *sources]
    )


def filter_choices(
    visit: Visit, chosen: Selection, programmes: Sequence[str], sources: Sequence[str]
) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer, as value and words: what there is, and what is chosen even where that is gone."""
    _ = visit.wording.gettext
    names = Names(visit)
    return {
        "kinds": [(kind.value, _(label)) for kind, label in KIND_LABELS.items()],
        "units": _with(names.all_units, chosen.unit, names.unit),
        "programmes": _programmes(visit, {*programmes, *filter(None, [chosen.programme])}),
        "bands": [(band.value, _(label)) for band, label in BAND_LABELS.items()],
        "sources": _with([(key, names.source(key)) for key in sources], chosen.source, names.source),
        "dues": [(due.value, _(label)) for due, label in DUE_LABELS.items()],
        "applicants": [(kind.value, _(label)) for kind, label in APPLICANT_LABELS.items()],
        "orders": [(order.value, _(label)) for order, label in ORDER_LABELS.items()],
    }


def _with(offered: list[tuple[str, str]], chosen: str, name: Callable[[str], str]) -> list[tuple[str, str]]:
    is_there = not chosen or any(key == chosen for key, _words in offered)
    return offered if is_there else [*offered, (chosen, name(chosen))]


def _programmes(visit: Visit, keys: Iterable[str]) -> list[tuple[str, str]]:
    named = [(key, programme_name(key, visit.language) or key) for key in keys]
    return sorted(named, key=lambda choice: alphabetical(choice[1]))


def filters_said(
    visit: Visit, chosen: Selection, offered: Mapping[str, Sequence[tuple[str, str]]]
) -> list[tuple[str, str]]:
    """What is filtered, as label and words, for a page that finds nothing."""
    _ = visit.wording.gettext
    said = [
        (_("Sökord"), chosen.words),
        (_("Slag"), dict(offered["kinds"]).get(chosen.kind, "")),
        (_("Enhet"), dict(offered["units"]).get(chosen.unit, "")),
        (_("Program"), dict(offered["programmes"]).get(chosen.programme, "")),
        (_("Styrka"), dict(offered["bands"]).get(chosen.band, "")),
        (_("Källa"), dict(offered["sources"]).get(chosen.source, "")),
        (_("Sista dag"), dict(offered["dues"]).get(chosen.due, "")),
        (_("Sökande"), dict(offered["applicants"]).get(chosen.applicant, "")),
    ]
    return [(label, words) for label, words in said if words]
