"""The API beside the pages: calls, matches, decisions, answers and the profile, for other programs."""

from web.api.app import create_api

__all__ = ["create_api"]
