"""The model that serves: recorded once, replaced at once, its forerunner kept for a fortnight."""

from datetime import timedelta

import numpy as np

from builders import NOW
from storage import active_model, embeddings
from storage.database import reading, writing

TENANT, RECIPE = "prov", "sections-4"


def keep_a_vector(conn, model, tenant=TENANT):
    embeddings.save(conn, tenant, model, RECIPE, {"hash": np.eye(4, dtype=np.float32)[0]})


def test_the_first_model_replaces_nobody_and_serving_again_changes_nothing_H2(engine):
    with writing(engine) as conn:
        assert active_model.find(conn, TENANT) is None
        assert active_model.serve(conn, TENANT, "a-1", RECIPE, NOW) is None
        assert active_model.serve(conn, TENANT, "a-1", RECIPE, NOW + timedelta(days=3)) is None
        assert active_model.find(conn, TENANT).since == NOW


def test_a_new_model_or_recipe_takes_the_place_and_says_whose_H2(engine):
    with writing(engine) as conn:
        active_model.serve(conn, TENANT, "a-1", RECIPE, NOW)
        assert active_model.serve(conn, TENANT, "b-2", RECIPE, NOW).model == "a-1"
        assert active_model.serve(conn, TENANT, "b-2", "sections-5", NOW).recipe == RECIPE
        assert active_model.find(conn, "grannen") is None


def test_the_old_vectors_are_kept_for_a_fortnight_and_only_ones_own_go_H2(engine):
    with writing(engine) as conn:
        keep_a_vector(conn, "a-1")
        keep_a_vector(conn, "b-2")
        keep_a_vector(conn, "a-1", tenant="grannen")
        active_model.serve(conn, TENANT, "b-2", RECIPE, NOW)
        assert active_model.forget_replaced(conn, TENANT, NOW + timedelta(days=13)) == 0
        assert active_model.forget_replaced(conn, TENANT, NOW + timedelta(days=14)) == 1
    with reading(engine) as conn:
        assert embeddings.find(conn, TENANT, "a-1", RECIPE, ["hash"]) == {}
        assert embeddings.find(conn, TENANT, "b-2", RECIPE, ["hash"])
        assert embeddings.find(conn, "grannen", "a-1", RECIPE, ["hash"])
