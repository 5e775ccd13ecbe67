"""What the coordinator does beside the press of a button: pages that ask, several at once, own choices."""

from web.deeds.doors import DOORS

__all__ = ["DOORS"]
