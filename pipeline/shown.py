"""The settings in force, as the settings page shows them: what each means, its value, and never a secret."""

from dataclasses import dataclass

from pydantic import SecretStr

from pipeline.settings import LOGIN, PREFIX, Settings
from texts import N_, Message

MEANINGS = {
    "data_dir": N_("Mapp för databas, loggar och nyckel"),
    "database_url": N_("Databas"),
    "model": N_("Språkmodell som jämför behov och utlysningar"),
    "smtp_url": N_("Vart brev lämnas"),
    "mail_from": N_("Avsändaradress"),
    "smtp_token_file": N_("Fil med åtkomsttoken till e-posten"),
    "bounce_address": N_("Adress som brev som inte når fram kommer tillbaka till"),
    "bounce_dir": N_("Mapp där sådana brev läggs"),
    "operator_mail": N_("Adress som driftlarm går till"),
    "mail_per_minute": N_("Högsta antal brev i minuten"),
    "public_url": N_("Adressen som läsarna når Fondvakt på"),
    "secret_key": N_("Nyckeln som undertecknar länkar"),
    "secret_key_file": N_("Fil med den nyckeln"),
    "dask": N_("Schemaläggare som matchningen fördelas av"),
    "oidc_issuer": N_("Inloggningstjänst för kommunens konton"),
    "oidc_client_id": N_("Vad den tjänsten känner Fondvakt som"),
    "oidc_client_secret": N_("Hemligheten hos den tjänsten"),
    "oidc_client_secret_file": N_("Fil med den hemligheten"),
    "trusted_proxy": N_("Mellanservrar vars uppgift om avsändare gäller"),
    "teams_url": N_("Kanal i Teams som får veckan och brådskande ändringar"),
    "teams_language": N_("Språket i Teams, sv eller en"),
    "webhook_url": N_("Adress som får samma som undertecknad JSON"),
    "webhook_secret": N_("Hemligheten som den undertecknas med"),
    "webhook_private_hosts": N_("Datorer i det egna nätet som får ta emot"),
    "now": N_("Ett fast ögonblick som klockan står på"),
    "tenant": N_("Vems rader i databasen"),
}
IS_SET = N_("satt, visas inte")
NOT_SET = N_("inte satt")


@dataclass(frozen=True, kw_only=True)
class ShownSetting:
    """One setting.

    Attributes:
        name: as operators write it, FONDVAKT_...
        value: as text; a secret only says whether it is set.
        is_default: nobody has set it.
    """

    name: str
    meaning: Message
    value: Message
    is_default: bool


def shown_settings(settings: Settings) -> tuple[ShownSetting, ...]:
    """Every setting, in the order of the operator's handbook."""
    return tuple(
        ShownSetting(
            name=PREFIX + name.upper(),
            meaning=Message(text=MEANINGS[name]),
            value=_value(getattr(settings, name)),
            is_default=name not in settings.model_fields_set,
        )
        for name in type(settings).model_fields
    )


def _value(value: object) -> Message:
    if value is None or value == "":
        return Message(text=NOT_SET)
    if isinstance(value, SecretStr):
        return Message(text=IS_SET)
    return Message(text="{value}", values={"value": LOGIN.sub("***@", str(value))})
