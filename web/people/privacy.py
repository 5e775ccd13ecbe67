"""Data protection: what is kept of whom, why and for how long; and what is kept of the reader (G1, G2)."""

from dataclasses import dataclass

from starlette.responses import Response

from storage import persons
from storage.database import reading
from texts import N_
from web.people.told import as_json, as_text
from web.render import page
from web.visit import Here, Visit


@dataclass(frozen=True, kw_only=True)
class Kept:
    """One kind of data: what, of whom, why, and how long."""

    what: str
    whose: str
    why: str
    how_long: str


KEPT = (
    Kept(
        what=N_("Namn, adress och telefon i tjänsten, roll, enheter, uppdragets tid, språk"),
        whose=N_("De som kommunen har utsett"),
        why=N_("Att rätt enhet ska få veta om utlysningar i tid"),
        how_long=N_("Så länge profilen bevaras; tidigare versioner är allmänna handlingar"),
    ),
    Kept(
        what=N_("Brev som skickats, och vilka utlysningar de handlade om"),
        whose=N_("Mottagarna"),
        why=N_("Att ingen ska få samma sak två gånger, och att kunna visa vad som skickats"),
        how_long=N_("Tills kommunens gallringsbeslut säger annat"),
    ),
    Kept(
        what=N_("Svar på utlysningar och beslut om träffar, med anteckningar"),
        whose=N_("Kontaktpersoner och samordnare"),
        why=N_("Att kunna följa upp, och att förslagen ska bli bättre"),
        how_long=N_("Tills kommunens gallringsbeslut säger annat"),
    ),
    Kept(
        what=N_("Vad som gjorts, av vem och när (historiken)"),
        whose=N_("Alla som har gjort något i Fondvakt"),
        why=N_("Att det ska gå att se vad som hänt och rätta det"),
        how_long=N_("Tills kommunens gallringsbeslut säger annat"),
    ),
    Kept(
        what=N_("Val om brev, pauser och bevakade utlysningar"),
        whose=N_("Mottagarna"),
        why=N_("Att breven ska bli som ni vill ha dem"),
        how_long=N_("Så länge du är utsedd"),
    ),
    Kept(
        what=N_("Inloggningar: tid och ett avtryck av nätadressen"),
        whose=N_("De som loggar in"),
        why=N_("Att ingen ska kunna gissa sig in"),
        how_long=N_("Ett dygn efter att de slutat gälla"),
    ),
    Kept(
        what=N_("Kopplat konto hos kommunens inloggningstjänst"),
        whose=N_("De som själva har kopplat det"),
        why=N_("Att kunna logga in utan kod"),
        how_long=N_("Tills du eller samordnaren tar bort det"),
    ),
    Kept(
        what=N_("Adresser som brev inte når fram till, och svaret från e-postservern"),
        whose=N_("Mottagarna"),
        why=N_("Att inte skicka till den som inte finns"),
        how_long=N_("90 dagar"),
    ),
)


def show(visit: Here) -> Response:
    """What is kept, and what is not."""
    return page(visit, "people/privacy.html", kept=KEPT)


def mine_as_json(visit: Here) -> Response:
    """Everything that is kept about the reader, for programs."""
    return _mine(visit, "json")


def mine_as_text(visit: Here) -> Response:
    """The same, to be read."""
    return _mine(visit, "txt")


def _mine(visit: Visit, form: str) -> Response:
    with reading(visit.context.engine) as conn:
        person = persons.known_as(conn, visit.context.tenant, visit.person.key)
        found = persons.everything_about(conn, visit.context.tenant, person)
    content = as_json(person, found) if form == "json" else as_text(person, found)
    kind = "application/json" if form == "json" else "text/plain; charset=utf-8"
    headers = {"Content-Disposition": f'attachment; filename="fondvakt-mina-uppgifter.{form}"'}
    return Response(content, media_type=kind, headers=headers)
