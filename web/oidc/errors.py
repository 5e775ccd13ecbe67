"""What goes wrong with an outside sign-in.

SigninRefused         the person is not let in; the reason is for the log, the page says the same for all
  ProviderUnreachable   the provider does not answer as it should; trying again later may help
"""


class SigninRefused(Exception):
    """An answer of the provider that we do not accept; `str()` says why, for the log only (W-26)."""


class ProviderUnreachable(SigninRefused):
    """The provider is down, slow, or answers with something else than what the protocol says (W-27)."""
