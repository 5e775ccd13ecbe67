"""`fondvakt signin` and `fondvakt operator signin`: a way in when no mail arrives."""

from typing import Annotated

import typer

from commands.language import _, said
from commands.output import out
from commands.serving import web_context
from pipeline import wiring
from storage.signins import BREAK_GLASS
from web.session import UnknownPerson, signin_link

operator_app = typer.Typer(no_args_is_help=True, help=_("Den som sköter driften."))


def signin(
    who: Annotated[
        str, typer.Argument(metavar="PERSON", help=_("Personens nyckel eller adress i profilen."))
    ],
) -> None:
    installation = wiring.opened()
    wiring.published_profile(installation)  # says so where there is none yet
    try:
        link = signin_link(web_context(installation), who)
    except UnknownPerson as failure:
        raise typer.BadParameter(said(failure.message)) from failure
    out.print(link, markup=False)


@operator_app.command(
    "signin",
    help=_(
        "Nödinloggning i driftens roll: en länk som gäller en gång i tio minuter, och en timme på sidorna."
    ),
)
def sign_operator_in() -> None:
    out.print(signin_link(web_context(wiring.opened()), BREAK_GLASS), markup=False, soft_wrap=True)


def register(app: typer.Typer) -> None:
    """Add `signin` and `operator` to the command."""
    app.command(help=_("Nödinloggning: en länk som gäller en gång i tio minuter."))(signin)
    app.add_typer(operator_app, name="operator")
