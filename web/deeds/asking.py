"""Pages that ask for what a press cannot say: reason, day, note, unit. They say what was typed before, if anything.

They are reached by a link, so they change nothing; what they ask for is posted where a button's press is.
"""

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from matcher.model import Verdict
from storage.database import reading
from web.forms import Asked
from web.review import ask, known_matches, read_intent, wanted_matches
from web.selection import word
from web.visit import Here

VERDICTS = {
    Asked.ACCEPT: Verdict.ACCEPT,
    Asked.REJECT: Verdict.REJECT,
    Asked.LATER: Verdict.LATER,
    Asked.REFER: Verdict.REFER,
}


def asking(visit: Here, deed: str, request: Request) -> Response:
    """What a decision needs, asked for on a page of its own."""
    verdict = VERDICTS.get(word(Asked, deed))
    if verdict is None:
        raise HTTPException(404)
    said = request.query_params
    intent = read_intent(said, verdict)
    wanted = wanted_matches(said)
    with reading(visit.context.engine) as conn:
        known = known_matches(visit, conn, wanted)
    return ask(visit, said, intent, known)
