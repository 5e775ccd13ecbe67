"""The untidiness of the real index, made from the records themselves (`eu-portal.md` sections 6 and 13.9).

Which topics get what is told by their references alone, so the same folder is always untidy in the same way.
"""

import json
import re
import zlib
from collections.abc import Iterable
from copy import deepcopy
from datetime import date, timedelta

from scrapers.standin.codes import FORTHCOMING, SORT_STATUS, TOPIC
from scrapers.standin.days import epoch_ms, index_day
from scrapers.standin.portal_html import in_spanish
from scrapers.standin.shape import Result

LEGACY = "SEDIA_PRD_CENTRICITY"
LEGACY_URL = "https://ec.europa.eu/info/funding-tenders/opportunities/data/topicDetails/{}.json"
EACH_PER_THOUSAND = 20
SPANISH_PER_THOUSAND = 200
NOT_IN_LEGACY = (
    "REFERENCE",
    "descriptionByte",
    "topicConditions",
    "supportInfo",
    "sepTemplate",
    "budgetOverview",
    "actions",
    "links",
    "latestInfos",
    "callTitle",
    "allowPartnerSearch",
    "destinationDescription",
    "destinationDetails",
    "cenTagsA",
    "specificObjective",
)
IN_STUBS = (
    "identifier",
    "title",
    "type",
    "language",
    "DATASOURCE",
    "programmePeriod",
    "frameworkProgramme",
    "ccm2Id",
    "esDA_IngestDate",
)


def is_legacy(row: Result) -> bool:
    """Whether a result is an old copy rather than the current record."""
    return row.get("databaseLabel") == "" or row["metadata"].get("DATASOURCE") == [LEGACY]


def with_doubles(rows: Iterable[Result]) -> list[Result]:
    """The rows, some topics standing twice in a row, as the service has answered."""
    doubled = []
    for row in rows:
        doubled.append(row)
        if _topic_in(row, 2 * EACH_PER_THOUSAND, 3 * EACH_PER_THOUSAND):
            doubled.append(row)
    return doubled


def noise_of(rows: Iterable[Result], today: date) -> list[Result]:
    """Old copies of some topics and stubs of others."""
    made = []
    for row in rows:
        if _topic_in(row, 0, EACH_PER_THOUSAND):
            made.append(legacy_copy(row, today))
        elif _topic_in(row, EACH_PER_THOUSAND, 2 * EACH_PER_THOUSAND):
            made.append(stub(row))
    return made


def spanish_copies(rows: Iterable[Result]) -> list[Result]:
    """About one topic in five in Spanish: machine translation that has come as far as the title and the heads."""
    return [spanish_copy(row) for row in rows if _topic_in(row, 1000 - SPANISH_PER_THOUSAND, 1000)]


def _topic_in(row: Result, start: int, end: int) -> bool:
    if row["metadata"].get("type") != [TOPIC] or not row["reference"].endswith("TOPICSen"):
        return False
    return start <= zlib.crc32(row["reference"].encode()) % 1000 < end


def legacy_copy(row: Result, today: date) -> Result:
    """An old copy: it claims to be forthcoming though its deadline is long past."""
    old = deepcopy(row)
    metadata = old["metadata"]
    deadline = today - timedelta(days=200 + zlib.crc32(row["reference"].encode()) % 400)
    opens = deadline - timedelta(days=120)
    identifier = metadata["identifier"][0]
    for name in NOT_IN_LEGACY:
        metadata.pop(name, None)
    metadata |= {
        "DATASOURCE": [LEGACY],
        "datasource": [LEGACY],
        "corporate-search-version": ["102"],
        "cftId": ["0"],
        "status": [FORTHCOMING],
        "sortStatus": [SORT_STATUS[FORTHCOMING]],
        "keywords": [json.dumps(metadata.get("keywords", []), ensure_ascii=False)],
        "startDate": [index_day(opens)],
        "es_SortDate": [index_day(opens)],
        "deadlineDate": [index_day(deadline).replace("T00", "T17")],
        "url": [LEGACY_URL.format(identifier)],
        "esDA_IngestDate": [index_day(opens)],
        "ccmTags": ["HCCM_31050985", "HCCM_31050984"],
    }
    action = re.sub(r"\W", "", metadata.get("typesOfAction", ["Grants"])[0])
    old["reference"] = f"{metadata.get('ccm2Id', ['0'])[0]}{action}{epoch_ms(opens)}"
    old["url"] = LEGACY_URL.format(identifier)
    old["databaseLabel"] = ""
    old.pop("database", None)
    old["groupById"] = SORT_STATUS[FORTHCOMING]
    return old


def stub(row: Result) -> Result:
    """A record of the same code without status, dates and description."""
    reference = row["reference"].replace("TOPICSen", "TOPICSUPDATEen")
    metadata = {name: values for name, values in row["metadata"].items() if name in IN_STUBS}
    kept = {name: value for name, value in row.items() if name not in ("groupById", "metadata")}
    return kept | {"reference": reference, "metadata": metadata | {"REFERENCE": [reference]}}


def spanish_copy(row: Result) -> Result:
    """The same topic as its Spanish document."""
    copy = deepcopy(row)
    reference = row["reference"].removesuffix("en") + "es"
    title = f"{row['metadata']['title'][0].strip()} (traducción automática)"
    copy |= {"reference": reference, "language": "es", "summary": title}
    copy["metadata"] |= {"REFERENCE": [reference], "language": ["es"], "title": [title]}
    copy["metadata"]["descriptionByte"] = [
        in_spanish(html) for html in row["metadata"].get("descriptionByte", [])
    ]
    return copy
