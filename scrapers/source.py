"""The shape of a source: facts, and one function that crawls."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from calls.model import ScrapedCall
from texts import N_, Message


@dataclass(frozen=True, kw_only=True)
class Page:
    """One answer of a publisher, decoded.

    Attributes:
        url: where it was read, after redirects, without secrets.
        text: the body as text.
    """

    url: str
    text: str


class Fetch(Protocol):
    """The only way to the network: polite, bounded, and confined to the source's own hosts.

    Every method raises SourceUnreachable, SourceBlocked or SourceChanged, never an error of the http library.
    `path` is relative to the source's base address, or an absolute address on one of its hosts.
    """

    def get(self, path: str, *, params: Mapping[str, str] | None = None) -> Page:
        """Read one page."""
        ...

    def get_json(self, path: str, *, params: Mapping[str, str] | None = None) -> Any:
        """Read one answer of a service, parsed as JSON."""
        ...

    def post_parts(self, path: str, *, params: Mapping[str, str], parts: Mapping[str, Any]) -> Any:
        """Send JSON parts as multipart/form-data, each with its own content type; give the parsed JSON."""
        ...


@dataclass(frozen=True, kw_only=True)
class Skipped:
    """One odd call that was left out, with the reason; it counts against the harvest."""

    reference: str
    reason: Message | str


Crawl = Callable[[Fetch, Mapping[str, str]], Iterator[ScrapedCall | Skipped]]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One publisher's calls.

    Attributes:
        key: the publisher's, in small letters with hyphens; also the module's name with `_` for `-`.
        base_url: what stands before the paths that `crawl` asks for; a setting can name another.
        hosts: the only hosts that are ever asked, beside a base address named by a setting.
        crawl: reads the source; its second argument holds the source's options from the settings.
        rank: when several sources carry a call, the lowest leads.
        pause: seconds between two requests to a public host.
        min_calls: fewer make the harvest unsound.
        fill_rates: field of ScrapedCall to the least share of calls (0 to 1) that must state it.
        credit: how the publisher is to be named beside each call.
        things: what its calls are called, in the plural, as a Swedish word of the catalogue.
        options: what an operator can set for it beside its address, FONDVAKT_SOURCE_<KEY>_<OPTION>.
    """

    key: str
    title: str
    publisher: str
    base_url: str
    hosts: tuple[str, ...]
    crawl: Crawl
    rank: int
    pause: float = 1.0
    min_calls: int = 1
    fill_rates: Mapping[str, float] = field(default_factory=dict)
    credit: str = ""
    things: str = N_("utlysningar")
    options: tuple[str, ...] = ()
