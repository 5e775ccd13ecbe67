"""The letters' templates in one language, and their styles put on the elements themselves."""

from collections.abc import Callable
from functools import cache
from typing import Any
from unicodedata import bidirectional

import css_inline
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from texts import catalogue

_ISOLATE, _POP = "\u2068", "\u2069"


def fill(template: str, language: str, values: dict[str, Any]) -> str:
    """A template with its blanks filled; HTML has its styles inlined."""
    filled = _templates(language).get_template(template).render(values).replace("\r\n", "\n")
    return _inliner()(filled) if template.endswith(".html") else filled


def isolated(text: str) -> str:
    """Text that reads from right to left, kept from turning the words around it (M-12)."""
    if any(bidirectional(char) in ("R", "AL", "AN") for char in text):
        return f"{_ISOLATE}{text}{_POP}"
    return text


def environment(package: str, language: str) -> Environment:
    """A package's templates in one language; an undefined name raises, HTML is escaped and plain text is not."""
    words = catalogue(language)
    made = Environment(
        loader=PackageLoader(package),
        undefined=StrictUndefined,
        autoescape=select_autoescape(["html"], default=False),
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)
    return made


@cache
def _templates(language: str) -> Environment:
    made = environment("notifier", language)
    made.filters |= {"isolated": isolated, "spoken": spoken, "spoken_in": spoken_in}
    return made


def spoken(text: str, language: str) -> Markup:
    """Words in another language than the letter's: read aloud rightly, and kept to their own direction."""
    return Markup('<bdi lang="{}">{}</bdi>').format(language, text)


def spoken_in(text: str, words: str, language: str) -> Markup:
    """A text in which these words, when they stand there, are in another language."""
    before, found, after = text.partition(words) if words else (text, "", "")
    return escape(before) + (spoken(found, language) if found else Markup()) + escape(after)


@cache
def _inliner() -> Callable[[str], str]:
    """Dark mode and narrow screens stay in the head."""
    return css_inline.CSSInliner(
        keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False, extra_css=None
    ).inline
