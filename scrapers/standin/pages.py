"""EuroAccess's list and detail pages, in the structure of the pages recorded in October 2025.

The structure, its oddities included, follows the site: a commented-out copy of every table, `id="call-opening td"`
where a class was meant, "read more" tails inside the text. The words around the calls are ours.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapers.standin.files import data_files, values_in
from scrapers.standin.sample import shift
from scrapers.standin.shape import PORTAL

Call = Mapping[str, Any]

DAY = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")
LONG = 600


def read_euroaccess(folder: Path, today: date) -> tuple[Call, ...]:
    """The calls that a folder has for EuroAccess: its own, or those beside it; none when there are no such files.

    Raises:
        StandinError: when a file is damaged.
    """
    places = [folder, folder / "euroaccess", folder.parent / "sources" / "euroaccess"]
    for place in places:
        if not place.is_dir():
            continue
        files = [path for path in data_files(place) if _is_ours(path, place)]
        calls = [value for path in files for value in values_in(path) if _is_call(value)]
        if calls:
            by = shift(folder, today)
            return tuple(_moved(call, by) for call in calls)
    return ()


def _is_ours(path: Path, place: Path) -> bool:
    if place.name == "euroaccess":
        return path.name.startswith(("calls_", "euroaccess"))
    return path.name.startswith("euroaccess.jsonl")


def _is_call(value: Any) -> bool:
    return isinstance(value, dict) and {"id", "title", "deadline_text"} <= value.keys()


def _moved(call: Call, by: timedelta) -> Call:
    dates = {name: _moved_text(call.get(name), by) for name in ("opening_text", "deadline_text")}
    return {**call, **dates}


def _moved_text(text: str | None, by: timedelta) -> str | None:
    if not text or not by:
        return text
    return DAY.sub(lambda found: (_day(found) + by).strftime("%d.%m.%Y"), text)


def _day(found: re.Match[str]) -> date:
    return date(int(found[3]), int(found[2]), int(found[1]))


def slug(title: str) -> str:
    """The words of a title, joined as in the site's addresses."""
    return re.sub(r"[^\w]+", "-", title).strip("-") or "call"


def address(call: Call, base: str) -> str:
    """The detail page of a call on this site."""
    return f"{base}/en/calls/{call['id']}/{slug(call['title'])}"


def list_page(calls: Sequence[Call], base: str) -> str:
    """The list: how many, then one row a call."""
    rows = "".join(_list_row(call, base) for call in calls)
    return _page(
        "Search for Funding",
        f"""{_filter_form()}
<div class="filter-nav sticky-nav"><p>Filter the calls</p></div>
    <div class="noindex">
            <h3>{len(calls)} Calls found</h3>
        <table id="calls-overview" class="overview">
            <thead class="sticky-thead">
            <tr><th>Funding Program</th><th>Call</th><th id="sortbydate">CALL DEADLINE</th></tr>
            </thead>
            <tbody>
{rows}            </tbody>
     </table>
    </div>""",
    )


def _list_row(call: Call, base: str) -> str:
    title, link = _text(call["title"]), escape(address(call, base))
    named = f'href="{link}" title="{title}" aria-label="{title}"'
    return f"""            <tr>
                <td class="title">{_text(call.get("funding_program"))}</td>
                <td><a {named}>{title}</a></td>
                <td>{_text(call.get("deadline_text"))}</td>
                <td><a class="right-arrow" {named}></a></td>
            </tr>
"""


def detail_page(call: Call, base: str, today: date) -> str:
    """One call: four blocks of rows, each block with the same rows once more in a comment."""
    blocks = (
        ("Call key data", _heading(call, today), _key_lines(call)),
        ("Call content", "", _content_lines(call)),
        ("Eligibility Criteria", "", _eligibility_lines(call)),
        ("Additional information", "", _additional_lines(call)),
    )
    body = "".join(_block(number, *block) for number, block in enumerate(blocks, start=1))
    contents = "".join(
        f'<a href="{escape(address(call, base))}#subtable{number}" aria-label="{title}">{title}</a>\n'
        for number, (title, _, _) in enumerate(blocks, start=1)
    )
    return _page(
        str(call["title"]),
        f"""{_filter_form()}
     <div id="table-of-contents-wrap" class="sticky-nav"><p>On this page</p></div>
    <div id="table-of-contents">
{contents}    </div>
    <div class="utilities-wrap top noindex"><a href="{base}/en/calls?show=list">to the list</a></div>
    <div id="calldata">
{body}    </div>""",
    )


def _heading(call: Call, today: date) -> str:
    heading = f"<h1>{_text(call['title'])}</h1>"
    deadline = DAY.search(call["deadline_text"] or "")
    if deadline and _day(deadline) < today:
        heading += '<p class="info">The deadline for this call has expired.</p>'
    return heading


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A label with its values, each as (attribute, HTML, whether it holds blocks)."""

    label: str
    values: tuple[tuple[str, str, bool], ...]
    extra: str = ""

    def shown(self) -> str:
        """As the page shows it."""
        return (
            f'<div class="tr flex{self.extra}"><p class="title td">{self.label}</p>{self._values()}</div>\n'
        )

    def _values(self) -> str:
        tags = ((attribute, html, "div" if blocks else "p") for attribute, html, blocks in self.values)
        return "".join(f"<{tag} {attribute}>{html}</{tag}>" for attribute, html, tag in tags)

    def hidden(self) -> str:
        """As the site left it in its comments, in the old table's form."""
        cells = "".join(f"<td>{html}</td>" for _, html, _ in self.values)
        return f'<tr><td class="title">{self.label}</td>{cells}</tr>'.replace("--", "- -")


def _block(number: int, title: str, before: str, lines: Sequence[_Line]) -> str:
    return f"""    <div class="subtable">
        <h4 class="table-head"><span id="subtable{number}"></span>{title}</h4>
        {before}
        {"".join(line.shown() for line in lines)}
        <!--table>
            <tbody>{"".join(line.hidden() for line in lines)}</tbody>
        </table-->
    </div>
"""


def _line(label: str, html: str | None, *, blocks: bool = False) -> list[_Line]:
    """A label and its value; nothing when the call does not say."""
    return [_Line(label=label, values=(('class="td"', html, blocks),))] if html else []


def _key_lines(call: Call) -> list[_Line]:
    link = _portal_link(call.get("call_number"))
    return [
        *_line("<strong>Funding Program</strong>", _text(call.get("funding_program"))),
        *_line("Call number", _text(call.get("call_number"))),
        _Line(label="deadlines", values=_deadlines(call), extra=" deadline"),
        *_line("Funding rate", _text(call.get("funding_rate_text"))),
        *_line("Estimated EU contribution per project", _text(call.get("eu_contribution_text"))),
        *_line("Project duration", _text(call.get("project_duration_text"))),
        *(_links(link) if link else []),
    ]


def _deadlines(call: Call) -> tuple[tuple[str, str, bool], ...]:
    """Opening and deadline, with `td` inside the ids as on the site."""
    given = (("Opening", call.get("opening_text")), ("Deadline", call["deadline_text"]))
    return tuple(
        (f'id="call-{name.lower()} td"', f"<strong>{name}</strong><br>{_text(text)}", False)
        for name, text in given
        if text
    )


def _portal_link(number: str | None) -> str | None:
    """Most calls are the portal's: their number is a topic code, and the site links there in lower case."""
    if number and re.fullmatch(r"[A-Z0-9+]+(-[\w+]+)+", number):
        return f"{PORTAL}/topic-details/{number.lower()}"
    return None


def _links(link: str) -> list[_Line]:
    host = urlsplit(link).hostname
    return [
        _Line(
            label=label,
            values=(
                (
                    'class="link td"',
                    f'<a href="{escape(link)}" target="_blank" aria-label="{label}">{host}</a>',
                    False,
                ),
            ),
        )
        for label in ("Link to the call", "Link to the submission")
    ]


def _content_lines(call: Call) -> list[_Line]:
    return [
        *_line("short description", _paragraphs(call.get("short_description")), blocks=True),
        *_line("Call objectives", _read_more(call.get("call_objectives")), blocks=True),
        *_line("Expected results", _read_more(call.get("expected_results")), blocks=True),
    ]


def _eligibility_lines(call: Call) -> list[_Line]:
    return [
        *_line("Regions / countries for funding", _regions(call.get("regions_countries")), blocks=True),
        *_line("eligible entities", _text(call.get("eligible_entities"))),
        *_line("Mandatory partnership", _text(call.get("mandatory_partnership"))),
        *_line("Project Partnership", _paragraphs(call.get("project_partnership")), blocks=True),
        *_line(
            "other eligibility criteria", _paragraphs(call.get("other_eligibility_criteria")), blocks=True
        ),
    ]


def _additional_lines(call: Call) -> list[_Line]:
    topics = _text(call.get("topics"))
    tagged = f'<div class="topics" title="What the topic covers.">{topics}</div>' if topics else ""
    goals = '<!-- Array --><img class="program-logo" src="" alt="" title="">'
    return [
        *_line("Topics", tagged, blocks=True),
        *_line("Relevance for EU Macro-Region", _text(call.get("macro_regions"))),
        _Line(label="UN Sustainable Development Goals (UN-SDGs)", values=(('class="td"', goals, False),)),
        *_line("Additional Information", _paragraphs(call.get("additional_information")), blocks=True),
    ]


def _regions(text: str | None) -> str:
    """Two lines on the site: the recording's text glued them, `(OCT)Albania`."""
    return _text(text).replace("(OCT), ", "(OCT)<br>").replace("(OCT)A", "(OCT)<br>A")


def _paragraphs(text: str | None) -> str:
    """Blank lines part paragraphs; lines that start with a tab are a list."""
    blocks = [block for block in re.split(r"\n\s*\n", text or "") if block.strip()]
    return "\n\n".join(
        _listed(block) if block.startswith("\t") else f"<p>{_text(block.strip())}</p>" for block in blocks
    )


def _listed(block: str) -> str:
    items = "".join(f"\t<li>{_text(line.strip())}</li>\n" for line in block.split("\n") if line.strip())
    return f"<ul>\n{items}</ul>"


def _read_more(text: str | None) -> str:
    """Long texts are folded, with a "read more" that is no part of the text."""
    html = _paragraphs(text)
    if len(html) < LONG:
        return html
    return f'<div class="readmorewrap td readmore-inactive">{html}\n<p class="readmore center">read more</p></div>'


def _text(value: object) -> str:
    return "" if value is None else escape(str(value))


def _filter_form() -> str:
    """The search form stands on every page, with a list that is commented out, as on the site."""
    return """<form id="searchform" action="/en/calls" method="get"><fieldset>
                <!--ol>
                    <li class="filterlist"><select id="eu_fundings" name="eu_fundings[]"></select></li>
                </ol-->
            <ol class="searchform-item-list"><li>
                <input id="keyword" name="keyword" title="Keyword" type="text" value="">
            </li></ol></fieldset>
            <fieldset class="submit"><input type="hidden" name="sent" value="search"></fieldset>
    </form>"""


def _page(title: str, body: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en" class=""><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
<title>{_text(title)} - stand-in for EuroAccess</title></head>
<body><div id="content"><div class="inner"><div>
{body}
</div></div></div><footer id="footer" role="contentinfo"><div class="inner"></div></footer></body></html>
"""


def found_by(calls: Iterable[Call], keyword: str) -> list[Call]:
    """The calls whose title or words hold the keyword; all for an empty one."""
    wanted = keyword.strip().lower()
    return [call for call in calls if wanted in " ".join(str(value) for value in call.values()).lower()]
