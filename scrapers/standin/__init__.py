"""A stand-in for the publishers: the EU portal's search service, EuroAccess and Have your say, over a folder."""
