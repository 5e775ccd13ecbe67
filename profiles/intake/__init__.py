"""The ways into a profile: a policy document, a paragraph of a plan, a sheet of units and people."""
