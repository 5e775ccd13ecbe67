"""The letters: what goes out next and to whom, what waits for a person's word, and what has been sent (`ux.md` 4)."""

from web.access import Access
from web.doors import GET, POST, Door
from web.letters import archive, deeds, letter, upcoming

COORDINATOR = Access.COORDINATOR

# The file before the page, whose path it would fit too.
DOORS = (
    Door(GET, "/utskick", COORDINATOR, upcoming.overview),
    Door(POST, "/utskick/veckan", COORDINATOR, deeds.of_week),
    Door(POST, "/utskick/adress", COORDINATOR, deeds.address),
    Door(GET, "/utskick/kommande/{person}", COORDINATOR, upcoming.one),
    Door(GET, "/utskick/kommande/{person}/brev", COORDINATOR, upcoming.as_mail),
    Door(GET, "/utskick/arkiv", COORDINATOR, archive.weeks),
    Door(GET, "/utskick/arkiv/{week}", COORDINATOR, archive.week),
    Door(GET, "/utskick/brev/{letter_id}.eml", COORDINATOR, letter.as_file),
    Door(GET, "/utskick/brev/{letter_id}", COORDINATOR, letter.one),
    Door(POST, "/utskick/brev/{letter_id}", COORDINATOR, deeds.of_letter),
    Door(GET, "/utskick/brev/{letter_id}/brev", COORDINATOR, letter.as_mail),
)
