"""Programmes are known by code, by identifier and by name; what is unknown stays unknown."""

import json

import pytest

from calls.programmes import (
    KEY_BY_CODE,
    PROGRAMMES,
    key_by_code,
    key_by_identifier,
    key_by_name,
    programme_name,
)


def test_a_code_of_the_portal_gives_our_key():
    assert key_by_code("43251589") == "CERV"
    assert key_by_code("43108390") == "HORIZON"
    assert key_by_code("1") is None


@pytest.mark.parametrize(
    ("identifier", "key"),
    [
        ("CERV-2026-CITIZENS-TOWN-TT", "CERV"),
        ("ERASMUS-EDU-2022-ECHE-CERT-FP", "ERASMUS+"),
        ("ESF-2026-X", "ESF+"),
        ("SMP-COSME-2026-X", "SMP"),
        ("HORIZON-EURATOM-2021-NRT-01-12", "EURATOM"),
        ("EU4H-2026-X", "EU4H"),
        ("EuropeAid/186723/DD/ACT/EG", "RELEX"),
        ("NEWFUND-2026-1", None),
        ("", None),
    ],
)
def test_an_identifier_is_a_second_opinion(identifier, key):
    assert key_by_identifier(identifier) == key


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Horizon Europe: Cluster 5 - Climate, Energy and Mobility", "HORIZON"),
        ("New European Bauhaus Facility", "HORIZON"),
        ("Interregional Innovation Investments", "I3"),
        ("Interreg South Baltic", "INTERREG"),
        ("LIFE - Clean Energy Transition", "LIFE"),
        ("Western Balkans Info Hub", None),
    ],
)
def test_another_publishers_name_of_a_programme_gives_our_key(name, key):
    assert key_by_name(name) == key


def test_every_key_has_a_name_in_both_languages():
    for key in {*KEY_BY_CODE.values(), *PROGRAMMES}:
        assert programme_name(key, "sv")
        assert programme_name(key, "en")
    assert programme_name(None, "sv") is None


@pytest.mark.recorded
def test_every_programme_of_the_recorded_facets_is_known(shared):
    facets = json.loads((shared / "data/eu-portal/facets-2026-08-22.json").read_text())["response"]["facets"]
    codes = {
        value["rawValue"]
        for facet in facets
        if facet["name"] == "frameworkProgramme"
        for value in facet["values"]
    }
    assert codes <= set(KEY_BY_CODE)
