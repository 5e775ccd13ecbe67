"""Plain text turned back into the portal's HTML (`eu-portal.md` section 8).

The derived recordings had their tags stripped, often without a space between paragraphs. Heads and sentences
that were glued together come apart again, so that a reader meets paragraphs as in a real answer.
"""

import re
from collections.abc import Iterable
from html import escape

HEAD = re.compile(
    r"(Expected Outcomes?|Expected Impacts?|Specific Challenges?|Specific Objectives?|Scope|Objectives?"
    r"|Proposed Activities|Themes and Priorities|Targets|Expected Results)\s*:"
)
GLUED = re.compile(r"(?<=[a-z)\]’][.:;!?])(?=[A-Z“‘])")
NUMBERED = re.compile(r"(?<=[a-z.)])(?=\d[ab]?\. [A-Z])")
SPANISH_HEADS = {
    "Expected Outcome": "Resultado esperado",
    "Expected Impact": "Impacto esperado",
    "Objective": "Objetivo",
    "Scope": "Ámbito de aplicación",
}


def sections_html(text: str) -> str:
    """A running text with heads ("Scope:") in it, as heads and paragraphs."""
    parts = HEAD.split(text.strip())
    html = paragraphs_html(parts[0])
    for head, body in zip(parts[1::2], parts[2::2], strict=True):
        html += titled_html(head, body)
    return html


def named_sections_html(sections: Iterable[tuple[str, str | None]]) -> str:
    """Heads with their texts; what has no text is left out."""
    return "".join(titled_html(head, text) for head, text in sections if text)


def titled_html(head: str, text: str) -> str:
    """One head and its paragraphs."""
    return f'<p class="topicdescriptionkind">{escape(head, quote=False)}:</p>{paragraphs_html(text)}'


def paragraphs_html(text: str) -> str:
    """Blocks as paragraphs, runs of "- " lines as lists."""
    blocks = [block.strip() for part in text.split("\n") for block in GLUED.split(part) if block.strip()]
    html, items = "", []
    for block in blocks:
        if block.startswith("- "):
            items.append(f"<li>{escape(block[2:], quote=False)}</li>")
            continue
        html += _listed(items) + f"<p>{escape(block, quote=False)}</p>"
        items = []
    return html + _listed(items)


def _listed(items: list[str]) -> str:
    return f'<ul level="0">{"".join(items)}</ul> ' if items else ""


def conditions_html(text: str) -> str:
    """Conditions, with the quote and the bracket exchanged at the start as the portal has them."""
    plain = text.strip().removeprefix('">').removeprefix("General conditions")
    body = "".join(paragraphs_html(part) for part in NUMBERED.split(plain))
    return f'<div class="eui-u-mt-l>"><h4>General conditions</h4><div class="eui-u-mt-s">{body}</div></div>'


def in_spanish(html: str) -> str:
    """The heads in Spanish; the body stays, as in a translation that has not come further."""
    for english, spanish in SPANISH_HEADS.items():
        html = html.replace(f">{english}:<", f">{spanish}:<")
    return html
