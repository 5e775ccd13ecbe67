"""`fondvakt token`: keys for the programs that use the API."""

from datetime import timedelta
from typing import Annotated

import typer

from commands.language import _
from commands.output import Json, out, print_json, print_table
from pipeline import wiring
from storage import api_tokens, audit
from storage.api_tokens import ApiToken, Scope
from storage.audit import Event
from storage.database import reading, writing
from storage.errors import NameTaken

BY = "cli"
DAYS = 366
token = typer.Typer(no_args_is_help=True, help=_("Nycklar för de program som använder API:et."))
Name = Annotated[str, typer.Argument(metavar="NAME", help=_("Nyckelns namn, som det står i historiken."))]


@token.command(name="create", help=_("Gör en nyckel. Den skrivs ut en gång och går inte att få fram igen."))
def create(
    name: Name,
    scope: Annotated[list[Scope], typer.Option(help=_("Vad nyckeln får göra; kan anges flera gånger."))],
    days: Annotated[int, typer.Option(min=1, max=DAYS, help=_("Hur många dagar den gäller."))] = DAYS,
    as_json: Json = False,
) -> None:
    """Make a token and print it."""
    if not name.strip() or len(name) > 60:
        raise typer.BadParameter(_("ett namn med 1 till 60 tecken väntades"), param_hint="NAME")
    installation = wiring.opened()
    now = installation.settings.clock()
    scopes = sorted({one.value for one in scope})
    event = Event(actor=BY, channel="cli", kind="token", key=name, action="create", after={"scopes": scopes})
    try:
        with writing(installation.engine) as conn:
            made = api_tokens.make(
                conn,
                installation.tenant,
                name,
                set(scope),
                by=BY,
                now=now,
                expires_at=now + timedelta(days=days),
            )
            audit.record(conn, installation.tenant, event, now)
    except NameTaken as failure:
        raise typer.BadParameter(str(failure), param_hint="NAME") from failure
    if as_json:
        print_json({"name": name, "token": made, "scopes": scopes})
    else:
        out.print(made, markup=False)


@token.command(name="list", help=_("Visa nycklarna, utan det hemliga i dem."))
def every(as_json: Json = False) -> None:
    """Print all tokens."""
    installation = wiring.opened()
    with reading(installation.engine) as conn:
        found = api_tokens.every(conn, installation.tenant)
    if as_json:
        print_json({"tokens": [_as_json(one) for one in found]})
        return
    heads = (_("namn"), _("får"), _("gäller till"), _("senast använd"), _("avslutad"))
    print_table(heads, [_row(one) for one in found])


@token.command(name="revoke", help=_("Avsluta en nyckel genast."))
def revoke(name: Name, as_json: Json = False) -> None:
    """End a token."""
    installation = wiring.opened()
    now = installation.settings.clock()
    with writing(installation.engine) as conn:
        ended = api_tokens.revoke(conn, installation.tenant, name, now)
        if ended is not None:
            event = Event(actor=BY, channel="cli", kind="token", key=name, action="revoke")
            audit.record(conn, installation.tenant, event, now)
    if ended is None:
        text = _("det finns ingen nyckel {name} som gäller")
        raise typer.BadParameter(text.format(name=name), param_hint="NAME")
    if as_json:
        print_json({"revoked": name})
    else:
        out.print(_("Nyckeln {name} är avslutad.").format(name=name), markup=False)


def _row(one: ApiToken) -> tuple[str, ...]:
    days = (one.expires_at, one.used_at, one.revoked_at)
    return (
        one.name,
        ", ".join(sorted(one.scopes)),
        *(day.date().isoformat() if day else "–" for day in days),
    )


def _as_json(one: ApiToken) -> dict:
    days = {
        name: getattr(one, name).isoformat() if getattr(one, name) else None
        for name in ("made_at", "expires_at", "used_at", "revoked_at")
    }
    return {"name": one.name, "scopes": sorted(one.scopes), "made_by": one.made_by} | days


def register(app: typer.Typer) -> None:
    """Add `token` to the command."""
    app.add_typer(token, name="token")
