"""The coordinator's pages: Swedish first, rendered on the server, every flow without script."""
