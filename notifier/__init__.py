"""Accepted matches to letters."""
