"""Initiatives in the form that Have your say documents, and the service that answers with them."""

from recorded import RecordedService

from calls.model import ScrapedCall
from scrapers.sources.have_your_say import API, SEARCH
from scrapers.sources.initiatives import parse_initiative


def a_period(status="OPEN", **facts) -> dict:
    given = {
        "frontEndStage": "OPC_LAUNCHED",
        "receivingFeedbackStatus": status,
        "feedbackStartDate": "2026/08/03 10:02:11",
        "feedbackEndDate": "2026/10/26 23:59:59",
        "isCurrent": True,
    }
    return given | facts


def a_row(number=12970.0, **facts) -> dict:
    given = {
        "id": number,
        "reference": f"Ares(2026){number:.0f}",
        "shortTitle": f"Rules for playgrounds {number:.0f}",
        "initiativeTranslations": [],
        "initiativeStatus": "ACTIVE",
        "foreseenActType": "PROP_REG",
        "topics": [{"code": "ENV", "label": "Environment"}],
        "currentStatuses": [a_period()],
    }
    return given | facts


def in_languages(**titles: str) -> list[dict]:
    return [
        {"language": name.upper(), "field": "SHORT_TITLE", "value": text} for name, text in titles.items()
    ]


def a_page(rows, total=None, **envelope) -> dict:
    page = {"content": rows, "totalElements": len(rows) if total is None else total, "totalPages": 1}
    return {"initiativeResultDtoPage": page | envelope}


def a_service(*pages, **summaries) -> RecordedService:
    details = {f"{API}/groupInitiatives/{number[1:]}": answer for number, answer in summaries.items()}
    return RecordedService({SEARCH: list(pages)} | details)


def read(row) -> ScrapedCall:
    call = parse_initiative(row)
    assert isinstance(call, ScrapedCall)
    return call
