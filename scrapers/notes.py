"""What several sources tell a person to check, and the title that all of them read alike."""

from scrapers.errors import OddValue
from texts import N_

UNKNOWN_STATUS = N_("Källan anger en status som vi inte känner till – kontrollera hos källan")
UNREAD_DEADLINE = N_("Källan anger ett datum som vi inte förstår – kontrollera sista dag")
LONG_TITLE = N_("Titeln är avkortad")
MOST_TITLE = 500


def checked_title(title: str | None, notes: list[str]) -> str:
    """A title of one line, cut with a note when it is longer than any title (S-40).

    Raises:
        ValueError: when there is none to speak of.
    """
    if title is None or len(title) < 2:
        raise OddValue(N_("rubrik saknas"))
    if len(title) <= MOST_TITLE:
        return title
    notes.append(LONG_TITLE)
    return title[: MOST_TITLE - 1].rstrip() + "…"
