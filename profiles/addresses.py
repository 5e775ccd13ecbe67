"""One strict rule for mail addresses (threats P-10 to P-15), and one for telephones."""

import re

from texts import N_, Message

LONGEST_ADDRESS = 254
LONGEST_LOCAL = 64
LONGEST_DOMAIN = 253

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PHONE = re.compile(r"\+?[0-9][0-9 ()-]*[0-9]")
_DIGITS = range(5, 16)  # from a short exchange to the longest number there is (ITU-T E.164)
_SEPARATORS = re.compile(r"[,;\s\x00-\x20]")


def address_fault(address: str) -> Message | None:
    """What is wrong with an address, None when nothing is. Nothing is trimmed: a stray line end is a fault."""
    if _SEPARATORS.search(address) or address.count("@") > 1:
        return Message(text=N_("väntade en enda adress, utan mellanslag, komma eller radslut"))
    local, at, domain = address.partition("@")
    if not at or not local or not domain:
        return Message(text=N_("väntade en adress som namn@kommun.se"))
    if not local.isascii():
        return Message(text=N_("delen före @ får bara ha bokstäver utan accenter och prickar: a-z"))
    if len(address) > LONGEST_ADDRESS or len(local) > LONGEST_LOCAL:
        return Message(
            text=N_("adressen är för lång: högst {local} tecken före @ och {all} i allt"),
            values={"local": LONGEST_LOCAL, "all": LONGEST_ADDRESS},
        )
    if not _LOCAL.fullmatch(local):
        return Message(text=N_("delen före @ har tecken som inte går att skicka till"))
    return domain_fault(domain)


def phone_fault(phone: str) -> Message | None:
    """What is wrong with a telephone number, None when nothing is."""
    digits = sum(mark.isdigit() for mark in phone)
    if _PHONE.fullmatch(phone) and digits in _DIGITS and len(phone) <= 2 * digits:
        return None
    return Message(text=N_("väntade ett telefonnummer som 031-390 06 12 eller +46 31 390 06 12"))


def domain_fault(domain: str) -> Message | None:
    """What is wrong with a mail domain, None when nothing is."""
    ascii_form = domain_in_ascii(domain)
    labels = [] if ascii_form is None else ascii_form.split(".")
    sound = len(labels) > 1 and all(_LABEL.fullmatch(label) for label in labels)
    if not sound or labels[-1].isdigit():
        return Message(
            text=N_("{domain} är inget domännamn, väntade något som kommun.se"), values={"domain": domain}
        )
    return None


def domain_in_ascii(domain: str) -> str | None:
    """The domain as mail servers write it, in lower case; None when it has no such form."""
    if len(domain) > LONGEST_DOMAIN:
        return None
    try:
        return domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
