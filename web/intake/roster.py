"""Units and people from a spreadsheet: a dry run that tells every fault by its cell, then the difference."""

from starlette.responses import Response

from profiles.intake.errors import SheetRefused
from profiles.intake.roster import RosterReading, read_roster
from profiles.intake.sheets import read_sheets
from texts import N_, Message
from web.editor.editing import must_have_profile
from web.intake.brought import brought, pasted
from web.intake.files import NOTHING
from web.intake.keeping import difference_page
from web.names import Names
from web.render import page
from web.visit import Fields, Here, Visit


def ask(visit: Here) -> Response:
    """The form."""
    return _page(visit)


def read(visit: Here, fields: Fields) -> Response:
    """The dry run."""
    profile = must_have_profile(visit)
    found = brought(fields)
    if found is None:
        return _page(visit, said=NOTHING, status=422)
    try:
        reading = read_roster(read_sheets(found.content), profile)
    except SheetRefused as failure:
        return _page(visit, said=failure.message, text=pasted(fields), status=422)
    if reading.profile is None:
        return _page(visit, reading=reading, text=pasted(fields), status=422)
    if not reading.changes:
        same = Message(text=N_("Bladet säger detsamma som profilen. Inget ändras."))
        return _page(visit, said=same)
    return difference_page(visit, reading.profile, title=visit.wording.gettext(N_("Enheter och personer")))


def _page(
    visit: Visit,
    *,
    reading: RosterReading | None = None,
    said: Message | None = None,
    text: str = "",
    status: int = 200,
) -> Response:
    must_have_profile(visit)
    return page(
        visit,
        "intake/roster.html",
        status=status,
        names=Names(visit),
        reading=reading,
        said=said,
        text=text,
    )
