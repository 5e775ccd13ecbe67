"""A letter as it arrived: whether the sender's signature covers what programs need to trust (`ux.md` 1.4, C1).

RFC 8058 wants both List-Unsubscribe headers inside the DKIM signature, which the operator's gateway makes. Whether the
signature fits is for the receiver to say; its own word in Authentication-Results is repeated here.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr

from texts import N_, Message

COVERED = ("From", "Subject", "Date", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post")
_WORD = re.compile(r"\bdkim=(\w+)", re.ASCII)


def faults(content: bytes) -> list[Message]:
    """What is wrong with a received letter's signature; empty when all is well."""
    letter = message_from_bytes(content, policy=policy.default)
    return [*_lost(letter), *_unsigned(letter), *_refused(letter)]


def _lost(letter: EmailMessage) -> Iterator[Message]:
    lost = [name for name in COVERED if letter[name] is None]
    if lost:
        text = N_(
            "Brevet saknar {names}: något på vägen har tagit bort det, eller så är det inte ett av våra."
        )
        yield Message(text=text, values={"names": ", ".join(lost)})


def _unsigned(letter: EmailMessage) -> Iterator[Message]:
    domain = parseaddr(str(letter["From"] or ""))[1].rpartition("@")[2].casefold()
    signatures = [_tags(str(one)) for one in letter.get_all("DKIM-Signature", [])]
    ours = [tags for tags in signatures if _is_of(tags.get("d", "").casefold(), domain)]
    if not ours:
        text = N_("Ingen DKIM-signatur av avsändarens domän {domain}. Låt utgående e-post signera breven.")
        yield Message(text=text, values={"domain": domain})
        return
    fewest = min(([name for name in COVERED if not _covers(tags, name)] for tags in ours), key=len)
    if fewest:
        text = N_("DKIM-signaturen omfattar inte {names}.")
        yield Message(text=text, values={"names": ", ".join(fewest)})


def _refused(letter: EmailMessage) -> Iterator[Message]:
    """The receiver's own word, the newest first; it stands at the top."""
    for said in letter.get_all("Authentication-Results", [])[:1]:
        found = _WORD.findall(str(said))
        if found and "pass" not in found:
            text = N_("Mottagaren säger dkim={outcome} om signaturen.")
            yield Message(text=text, values={"outcome": found[0]})


def _tags(signature: str) -> dict[str, str]:
    """A signature's tags (RFC 6376, 3.2)."""
    parted = (part.partition("=") for part in signature.split(";"))
    return {name.strip(): "".join(value.split()) for name, _, value in parted}


def _covers(tags: dict[str, str], name: str) -> bool:
    return name.casefold() in tags.get("h", "").casefold().split(":")


def _is_of(signer: str, sender: str) -> bool:
    """Whether a signature's domain is the sender's, or one above or below it (relaxed alignment)."""
    return bool(signer) and (
        signer == sender or sender.endswith(f".{signer}") or signer.endswith(f".{sender}")
    )
