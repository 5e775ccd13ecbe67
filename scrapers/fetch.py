"""The only way to the network: polite, bounded, and confined to a source's own hosts.

What a hostile or broken publisher can do is limited here (`reliability.md` D4-D6, `threats.md` 4.1): bodies are
unpacked by us in steps and cut at a limit, only hosts on the source's list are asked, and the address that was
checked is the address that is dialled. A base address named by a setting may lie on this machine: the operator
chose it.
"""

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import stamina
from protego import Protego

from scrapers.addresses import CheckedBackend, OutOfTime, without_secrets
from scrapers.bodies import BodyError, Limit, decoded_text, parsed_json, unpacked
from scrapers.errors import ScraperError, SourceBlocked, SourceChanged, SourceUnreachable
from scrapers.source import Page, Source
from texts import N_, Message, MessageError

JSON_LIMIT = Limit(size=20 * 2**20)
PAGE_LIMIT = Limit(size=5 * 2**20)
ROBOTS_LIMIT = Limit(size=512 * 2**10, cuts=True)
PAGE_SECONDS = 60.0
LONGEST_WAIT = 600.0  # a longer one is the next run's, docs/decisions/0008
BAD_RETRY_AFTER = 900.0
MOST_REDIRECTS = 5
MOST_HEADERS = 200
ATTEMPTS = 4
JSON_ATTEMPTS = 2

# Its own notice of a retry names a pause that is not ours, beside the one sentence that says what was wrong.
stamina.instrumentation.set_on_retry_hooks(())


class _TryAgain(MessageError):
    """A passing fault: worth another try after a pause."""

    def __init__(self, message: Message, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class Fetcher:
    """A `Fetch` for one source over httpx.

    Args:
        source: whose hosts may be asked.
        user_agent: our name, version and where we can be reached.
        base_url: another base address, named by a setting; its host is then allowed wherever it lies.
        sleep: waits that many seconds; handed in so that tests do not wait.
        now: seconds since 1970, for a publisher that says until when to wait.
    """

    def __init__(
        self,
        source: Source,
        *,
        user_agent: str,
        base_url: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
        page_seconds: float = PAGE_SECONDS,
    ) -> None:
        self.base_url = (base_url or source.base_url).rstrip("/")
        chosen = urlsplit(self.base_url).hostname if base_url else None
        self._hosts = frozenset({*source.hosts, urlsplit(self.base_url).hostname})
        self._pause = 0.0 if chosen else source.pause
        self._sleep, self._now = sleep, now
        self._page_seconds = page_seconds
        self._robots: dict[str, Protego | None] = {}
        self._asked = False
        transport = httpx.HTTPTransport(retries=0)
        # httpx has no public seam for the dialled address; 0.28 is pinned for this line.
        transport._pool._network_backend = self._wire = CheckedBackend(trusted=chosen)
        self._client = httpx.Client(
            transport=transport,
            headers={"User-Agent": user_agent, "Accept-Encoding": "gzip, deflate"},
            timeout=httpx.Timeout(30.0, connect=15.0),
            trust_env=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),  # none is kept, none is sent (S-24)
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(self, path: str, *, params: Mapping[str, str] | None = None) -> Page:
        """Read one page as text, if the publisher's robots file allows it."""
        url = self._welcoming(path)
        final, headers, body = self._ask("GET", url, limit=PAGE_LIMIT, params=params)
        with _httpx_errors_translated(url):
            text = decoded_text(body, headers.get("content-type", ""))
        return Page(url=without_secrets(final), text=text)

    def get_json(self, path: str, *, params: Mapping[str, str] | None = None) -> Any:
        """Read one answer as JSON, if the publisher's robots file allows it."""
        return self._json("GET", self._welcoming(path), params=params)

    def post_parts(self, path: str, *, params: Mapping[str, str], parts: Mapping[str, Any]) -> Any:
        """Send JSON parts, each with its own content type and a file name as the portal's site does.

        Robots files speak of pages; this is a service for programs, so it is not asked for.
        """
        url = self._address(path)
        files = {
            name: ("blob", json.dumps(part, ensure_ascii=False), "application/json")
            for name, part in parts.items()
        }
        return self._json("POST", url, params=params, files=files)

    def _json(self, method: str, url: str, **request: Any) -> Any:
        for attempt in range(1, 1 + JSON_ATTEMPTS):
            final, _, body = self._ask(method, url, limit=JSON_LIMIT, **request)
            try:
                return parsed_json(body)
            except BodyError as failure:
                if attempt == JSON_ATTEMPTS:
                    raise SourceChanged(_at(final, failure.message)) from failure
                self._sleep(1.0)  # an answer that was cut is often whole the next time
        raise AssertionError("the last attempt returns or raises")

    def _welcoming(self, path: str) -> str:
        """The whole address, where the publisher's robots file lets us in."""
        url = self._address(path)
        if not self._robots_of(url).can_fetch(url, self._client.headers["User-Agent"]):
            raise SourceBlocked(_at(url, N_("utgivarens robots-fil släpper inte in oss")))
        return url

    def _address(self, path: str) -> str:
        url = path if "://" in path else self.base_url + "/" + path.lstrip("/")
        self._check(url)
        return url

    def _check(self, url: str) -> None:
        """Refuse what is not http(s), carries a login or a backslash, or lies on a foreign host (S-12, S-14)."""
        if "\\" in url or any(sign < " " for sign in url):
            raise SourceChanged(_odd(url, N_("Adressen {url} innehåller tecken som ingen adress har.")))
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https"):
            raise SourceChanged(_odd(url, N_("Adressen {url} är varken http eller https.")))
        if parts.username or parts.password:
            raise SourceChanged(_at(url, N_("adressen innehåller en inloggning")))
        if parts.hostname not in self._hosts:
            raise SourceBlocked.of(
                N_("Datorn {host} hör inte till källan; väntade {hosts}."),
                host=parts.hostname,
                hosts=", ".join(sorted(map(str, self._hosts))),
            )

    def _ask(
        self, method: str, url: str, *, limit: Limit, **request: Any
    ) -> tuple[str, httpx.Headers, bytes]:
        """One answer, after retries with growing pauses for passing faults (S-16, S-17)."""
        tries = stamina.retry_context(
            on=_TryAgain, attempts=ATTEMPTS, timeout=None, wait_initial=0.0, wait_max=0.0, wait_jitter=0.0
        )
        try:
            for attempt in tries:
                with attempt:
                    return self._once(method, url, limit, request, attempt.num)
        except _TryAgain as failure:
            raise SourceUnreachable(_at(url, failure.message)) from failure
        raise AssertionError("stamina always tries at least once")

    def _once(self, method: str, url: str, limit: Limit, request: dict, number: int):
        """One try. The pause before the next is taken here, so that Retry-After can name it."""
        try:
            with _httpx_errors_translated(url):
                return self._follow(method, url, limit, request)
        except _TryAgain as failure:
            wait = failure.wait if failure.wait is not None else 2.0 ** (number - 1) + random.random()
            if wait > LONGEST_WAIT:
                raise SourceUnreachable(_at(url, _too_long(failure, wait))) from failure
            if number < ATTEMPTS:
                self._sleep(wait)
            raise

    def _follow(self, method: str, url: str, limit: Limit, request: dict) -> tuple[str, httpx.Headers, bytes]:
        """Follow redirects by hand: each hop is checked like the first."""
        for _ in range(MOST_REDIRECTS + 1):
            self._wait_my_turn()
            self._wire.give(self._page_seconds)
            with self._client.stream(method, url, **request) as answer:
                if answer.is_redirect:
                    url = self._next_hop(url, answer)
                    request = {key: value for key, value in request.items() if key != "params"}
                    continue
                _judge(answer, self._now())
                body = unpacked(answer.iter_raw(), answer.headers.get("content-encoding", ""), limit)
                return str(answer.url), answer.headers, body
        raise SourceChanged(_at(url, N_("fler än {most} omdirigeringar"), most=MOST_REDIRECTS))

    def _next_hop(self, url: str, answer: httpx.Response) -> str:
        target = urljoin(url, answer.headers.get("location", ""))
        if url.startswith("https:") and not target.startswith("https:"):
            raise SourceChanged(
                _at(url, N_("omdirigerad från https till {target}"), target=repr(without_secrets(target)))
            )
        self._check(target)
        return target

    def _wait_my_turn(self) -> None:
        if self._asked and self._pause:
            self._sleep(self._pause * random.uniform(0.8, 1.4))
        self._asked = True

    def _robots_of(self, url: str) -> Protego:
        """The robots file of the address's host: read once; a missing one allows everything (S-21)."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._robots:
            try:
                _, _, body = self._ask("GET", origin + "/robots.txt", limit=ROBOTS_LIMIT)
                text = body.decode("utf-8", "replace")
            except (SourceChanged, SourceBlocked):
                text = ""
            self._robots[origin] = Protego.parse(text)
        return self._robots[origin]


def _at(url: str, cause: Message | str, /, **values: Any) -> Message:
    """What was wrong at which address; login and keys of the address are left out."""
    if isinstance(cause, str):
        cause = Message(text=cause, values=values)
    return Message(text="{url}: {cause}", values={"url": without_secrets(url), "cause": cause})


def _odd(url: str, text: str) -> Message:
    return Message(text=text, values={"url": repr(url[:200])})


def _too_long(failure: _TryAgain, wait: float) -> Message:
    return Message(
        text=N_("{cause}, och vi ombads vänta {seconds} sekunder"),
        values={"cause": failure.message, "seconds": round(wait)},
    )


def _judge(answer: httpx.Response, now: float) -> None:
    """Raise for every answer that is not a page."""
    url, status = str(answer.url), answer.status_code
    if len(answer.headers) > MOST_HEADERS:
        raise SourceChanged(_at(url, N_("svaret har {count} huvudrader"), count=len(answer.headers)))
    if status == 429 or status >= 500:
        raise _TryAgain(
            Message(text=N_("svarade med status {status}"), values={"status": status}),
            _retry_after(answer.headers.get("retry-after"), now),
        )
    if status in (401, 403, 451):
        raise SourceBlocked(_at(url, N_("nekade oss med status {status}"), status=status))
    if status != 200:
        raise SourceChanged(_at(url, N_("svarade med status {status} där 200 väntades"), status=status))


def _retry_after(value: str | None, now: float) -> float | None:
    """Seconds to wait as the publisher says; a value that makes no sense means a quarter of an hour."""
    if value is None:
        return None
    if value.isdigit():
        return float(value)
    try:
        seconds = parsedate_to_datetime(value).timestamp() - now
    except (ValueError, OverflowError):
        return BAD_RETRY_AFTER
    return max(0.0, seconds)


@contextmanager
def _httpx_errors_translated(url: str) -> Iterator[None]:
    """Foreign errors stop at this border."""
    try:
        yield
    except ScraperError:
        raise
    except OutOfTime as failure:
        raise SourceUnreachable(_at(url, failure.message)) from failure
    except BodyError as failure:
        raise SourceChanged(_at(url, failure.message)) from failure
    except httpx.RemoteProtocolError as failure:
        raise _TryAgain.of(N_("svaret är skadat ({cause})"), cause=str(failure)) from failure
    except httpx.TransportError as failure:
        if "CERTIFICATE_VERIFY_FAILED" in str(failure):
            raise SourceBlocked(
                _at(url, N_("certifikatet godtas inte ({cause})"), cause=str(failure))
            ) from failure
        cause = f"{type(failure).__name__}: {failure}".removesuffix(": ")
        raise _TryAgain.of(N_("inget svar ({cause})"), cause=cause) from failure
    except httpx.InvalidURL as failure:
        raise SourceChanged(_odd(url, N_("Adressen {url} går inte att använda."))) from failure
