"""The database. It keeps and finds; it does not decide."""
