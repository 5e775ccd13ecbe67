"""The job that measures: the files it reads, the figures it gives."""

import gzip
import json

import numpy as np
import pytest

from calls.vocabulary import SectionKind
from fakes import WordEmbedder
from matcher.embedder import load_embedder
from matcher.errors import EvaluationError
from matcher.evaluation import figures, means
from matcher.fitting import learn, left_out
from matcher.model import Band
from pipeline import baselines
from pipeline.banding import band_figures
from pipeline.evaluate import Evaluation, measure, read_material
from pipeline.judged import read_judged, sections_of
from profiles.model import LegalForm
from texts import translate

CALLS = [
    {
        "id": "CERV-2026-CITIZENS-TOWN-TT",
        "title": "Town twinning",
        "text": "Objective: Twin towns meet. Scope: Citizens.",
    },
    {"id": "EDF-2026-RA", "title": "Missile defence", "deadline": "2026-01-01", "gmin": 100.0},
    {"id": "LIFE-2026-ENV", "title": "Wastewater and PFAS", "programme": "LIFE", "opens": "2026-05-01"},
]


def evaluate(calls, needs, qrels, embedder, folder, **more) -> Evaluation:
    """Read and measure, as the command does."""
    material = read_material(calls, needs, qrels, lambda: embedder, folder, **more)
    return measure(material.judged, material.vectors, material.english)


@pytest.fixture
def files(tmp_path):
    with gzip.open(tmp_path / "calls.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(call) + "\n" for call in CALLS)
    (tmp_path / "needs.tsv").write_text(
        "n1\tKommunledningen\tVänortssamarbete mellan medborgare\nn2\tVattenbolaget\tRena PFAS ur avloppsvatten\n"
        "n3\tSkolan\tNågot som ingen har bedömt\n",
        encoding="utf-8",
    )
    (tmp_path / "qrels.tsv").write_text(
        "n1\tCERV-2026-CITIZENS-TOWN-TT\t3\nn1\tEDF-2026-RA\t0\nn2\tLIFE-2026-ENV\t2\n", encoding="utf-8"
    )
    return tmp_path / "calls.jsonl.gz", tmp_path / "needs.tsv", tmp_path / "qrels.tsv"


def test_the_contract_has_its_keys_and_counts_needs_with_a_relevant_call(files, tmp_path):
    found = evaluate(*files, WordEmbedder(), tmp_path / "cache").as_json()
    assert {"ndcg@10", "recall@20", "precision@5", "map", "unjudged@10", "needs"} <= set(found)
    assert found["needs"] == 2
    assert json.loads(json.dumps(found)) == found


def test_the_right_calls_come_first_and_gates_are_on(files, tmp_path):
    found = evaluate(*files, None, tmp_path).as_json()
    assert found["ndcg@10"] == 1.0
    assert found["model"] == "words"
    assert any("försvar" in reason for reason in found["barred"])


def test_a_bars_reason_is_whole(files, tmp_path):
    elsewhere = {
        "id": "JTM-2026-PSLF-LOANS",
        "title": "Loans",
        "programme": "Just Transition Mechanism (JTM)",
    }
    with gzip.open(files[0], "at", encoding="utf-8") as file:
        file.write(json.dumps(elsewhere) + "\n")
    found = evaluate(*files, None, tmp_path).as_json()
    assert any("programområdet" in reason and "{" not in reason for reason in found["barred"]), found[
        "barred"
    ]


def test_what_a_gate_loses_is_named(files, tmp_path):
    files[2].write_text("n1\tEDF-2026-RA\t3\n", encoding="utf-8")
    found = evaluate(*files, None, tmp_path).as_json()
    assert found["by_need"][0]["lost"] == ["EDF-2026-RA"]
    assert found["lost"] == 1


def test_simple_methods_stand_beside_ours_and_english_beside_the_swedish(files, tmp_path):
    english = tmp_path / "needs-en.tsv"
    english.write_text("n1\tx\tTown twinning\nn2\tx\tWastewater\nn3\tx\tNothing\n", encoding="utf-8")
    found = evaluate(*files, WordEmbedder(), tmp_path / "cache", needs_en=english).as_json()
    assert set(found["ladder"]) == {
        baselines.BM25_SWEDISH,
        baselines.BM25_ENGLISH,
        baselines.TFIDF_SWEDISH,
        baselines.TFIDF_ENGLISH,
        baselines.MODEL_SWEDISH,
        baselines.MODEL_HUBS,
        baselines.LIBRARY_SWEDISH,
        baselines.LIBRARY_ENGLISH,
    }
    assert found["ladder"][baselines.BM25_ENGLISH]["ndcg@10"] == 1.0
    assert found["with_english"]["needs"] == 2


def test_the_main_figures_are_of_the_needs_in_swedish_whether_english_is_beside_or_not(files, tmp_path):
    english = tmp_path / "needs-en.tsv"
    english.write_text("n1\tx\tMissile defence\n", encoding="utf-8")
    assert evaluate(*files, None, tmp_path, needs_en=english).total == evaluate(*files, None, tmp_path).total


def test_too_few_needs_have_nothing_to_learn_from(files, tmp_path):
    assert evaluate(*files, None, tmp_path).left_out is None


def test_weights_are_learned_on_the_other_needs_only():
    strengths = np.zeros((1, 4, 3))
    strengths[0, :, 0] = [1.0, 1.0, 1.0, 0.0]
    strengths[0, 3, 1] = 1.0
    relevant = np.zeros((4, 3))
    relevant[:, 0] = 1.0  # the fourth need's own answer contradicts what the first three teach
    chances = left_out(strengths, relevant, np.ones((4, 3), bool))
    assert chances[3, 1] > chances[3, 0]
    assert chances[0, 0] > chances[0, 1]


def test_a_signal_that_speaks_against_counts_nothing():
    weights = learn(np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0]]), np.array([1.0, 0.0, 0.0]))
    assert weights[0] > 0
    assert weights[1] == 0


def test_each_band_says_how_often_it_was_right():
    chances = np.array([[0.9, 0.7, 0.01], [0.4, 0.05, 0.35], [0.01, 0.01, 0.01]])
    grades = np.array([[3, 0, -1], [2, -1, -1], [-1, -1, -1]])
    kept = np.ones((3, 3), bool)
    found = {
        one.band: (one.pairs, one.judged, one.relevant) for one in band_figures(chances, grades, kept, 2)
    }
    assert found == {Band.STRONG: (2, 2, 1), Band.LIKELY: (2, 1, 1), Band.POSSIBLE: (0, 0, 0)}
    kept[0, 1] = False  # what a gate keeps out is in no band
    assert band_figures(chances, grades, kept, 2)[0].pairs == 1


def test_limits_chosen_on_the_other_needs_are_those_that_keep_the_promise_there():
    """Twenty needs whose calls are relevant from 0.5: whichever is left out, the others say so too."""
    chances = np.tile(np.linspace(0.05, 0.95, 10), (20, 1))
    grades = np.where(chances >= 0.5, 3, 0)
    strong = band_figures(chances, grades, np.ones(chances.shape, bool), 2)[0]
    pairs, relevant = strong.elsewhere
    assert relevant / pairs >= 2 / 3
    assert pairs > strong.pairs  # the product's limit is higher than these needs ask for


def test_vectors_are_kept_between_runs(files, tmp_path):
    embedder = WordEmbedder()
    first = evaluate(*files, embedder, tmp_path / "cache")
    count = len(embedder.embedded)
    assert evaluate(*files, embedder, tmp_path / "cache") == first
    assert len(embedder.embedded) == count


def test_a_company_is_a_company_and_closed_calls_are_kept(files):
    judged = read_judged(*files)
    assert judged.profile.units[1].legal_form is LegalForm.MUNICIPAL_COMPANY
    assert judged.calls[1].grant_min == 100
    assert len(judged.calls) == 3


def test_running_text_is_parted_by_the_portals_heads():
    parts = sections_of("Before. Expected Outcome: Better towns. Scope: Towns meet; scope of work stays.")
    assert [(part.kind, part.text) for part in parts] == [
        (SectionKind.SUMMARY, "Before."),
        (SectionKind.OUTCOME, "Better towns."),
        (SectionKind.SCOPE, "Towns meet; scope of work stays."),
    ]


@pytest.mark.parametrize(
    ("place", "content", "said"),
    [
        (0, '{"id": "c1", "title": "A"}\n{"id": "c1", "title": "B"}\n', "jsonl:2 .*c1"),
        (0, '{"id": "c1"}\n', "jsonl:1 .*id eller title"),
        (0, "[]\n", "jsonl:1 .*id eller title"),
        (0, "[" * 100_000 + "\n", "jsonl:1 är inte JSON"),
        (0, '{"id": "c1", "title": "A", "deadline": "soon"}\n', "jsonl:1 har 'soon' som deadline"),
        (0, '{"id": "c1", "title": "A", "budget": 1e400}\n', "jsonl:1 har inf som budget"),
        (0, '{"id": "c1", "title": "A", "programme": ["LIFE"]}\n', "jsonl:1 .*LIFE.* som programme"),
        (0, "\n", "har inga utlysningar"),
        (1, "n1\tbara två\n", "tsv:1 .*kolumner"),
        (1, "\tenhet\ttext\n", "tsv:1 saknar id"),
        (1, "n1\tenhet\ttext\nn1\tenhet\tannat\n", "tsv:2 .*n1"),
        (1, "", "har inga behov"),
        (2, "n1\tc1\t7\n", "tsv:1 .*betyget '7'"),
        (2, "n1\tc1\t3\nn1\tc1\t0\n", "tsv:2 .*n1 c1"),
        (2, "x1\tc1\t3\n", "inget av behoven"),
        (2, "", "har inga bedömningar"),
    ],
)
def test_a_line_that_is_not_what_was_expected_is_named(files, tmp_path, place, content, said):
    wrong = tmp_path / ("calls.jsonl" if place == 0 else "wrong.tsv")
    wrong.write_text(content, encoding="utf-8")
    with pytest.raises(EvaluationError, match=said):
        read_judged(*(wrong if number == place else path for number, path in enumerate(files)))


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("calls.jsonl", gzip.compress(b"{}"), "UTF-8"),
        ("calls.jsonl.gz", b"{}", "gzip"),
        ("calls.jsonl.gz", gzip.compress(b"\n" * 99_999)[:-12], "gzip"),
        ("calls.jsonl.gz", gzip.compress(b"x")[:10] + b"\xff" * 40, "gzip"),
    ],
    ids=["packed under another name", "not packed", "cut off", "damaged"],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(files, tmp_path, name, content, said):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(EvaluationError, match=said):
        read_judged(tmp_path / name, *files[1:])


def test_the_mark_and_line_ends_of_other_programs_are_no_part_of_a_file(files, tmp_path):
    plain = read_judged(*files)
    with gzip.open(files[0], "wt", encoding="utf-8-sig", newline="\r\n") as file:
        file.writelines(json.dumps(call) + "\n" for call in CALLS)
    for path in files[1:]:
        path.write_text(path.read_text(encoding="utf-8"), encoding="utf-8-sig", newline="\r\n")
    assert read_judged(*files) == plain


def test_what_stands_twice_and_says_the_same_counts_once(files):
    plain = read_judged(*files)
    with gzip.open(files[0], "at", encoding="utf-8") as file:
        file.write(json.dumps(CALLS[0]) + "\n")
    for path in files[1:]:
        path.write_text(path.read_text(encoding="utf-8") * 2, encoding="utf-8")
    assert read_judged(*files) == plain


def test_what_the_files_do_not_have_in_common_is_remarked(files, tmp_path):
    english = tmp_path / "needs-en.tsv"
    english.write_text("n1\tx\tTown twinning\n", encoding="utf-8")
    with files[2].open("a", encoding="utf-8") as file:
        file.write("n1\tGONE\t3\nx9\tLIFE-2026-ENV\t3\n")
    said = [translate(remark, "sv") for remark in read_judged(*files, english).remarks]
    assert len(said) == 3
    assert "inte finns i filen: 1;" in said[0]
    assert "x9" in said[1]
    assert "n2, n3" in said[2]


def test_english_of_other_needs_is_refused(files, tmp_path):
    english = tmp_path / "needs-en.tsv"
    english.write_text("x1\tx\tTown twinning\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"needs-en\.tsv har inget av behoven i needs\.tsv"):
        read_judged(*files, english)


def test_a_wrong_path_is_told_before_the_model_is_loaded(files, tmp_path):
    loads = []
    with pytest.raises(EvaluationError, match=r"none\.tsv"):
        read_material(*files[:2], tmp_path / "none.tsv", lambda: loads.append(1), tmp_path)
    assert loads == []


def test_a_missing_file_is_named(files, tmp_path):
    with pytest.raises(EvaluationError, match=r"none\.tsv"):
        read_judged(files[0], tmp_path / "none.tsv", files[2])


def test_the_measures_are_those_of_the_textbook():
    grades = {"a": 3, "b": 2, "c": 0}
    best = figures("n", ["a", "b", "c"], grades)
    assert (best.ndcg, best.recall, best.precision, best.average_precision) == (1.0, 1.0, 0.4, 1.0)
    worse = figures("n", ["x", "b", "a"], grades)
    assert worse.ndcg == pytest.approx((3 / 1.58496 + 7 / 2) / (7 + 3 / 1.58496), abs=1e-3)
    assert worse.average_precision == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert worse.unjudged == 1


def test_needs_without_a_relevant_call_do_not_count():
    assert means([figures("n", ["a"], {"a": 1})])["needs"] == 0


@pytest.mark.recorded
def test_l08_words_alone_do_not_slide_on_the_development_set(shared, tmp_path):
    folder = shared / "eval"
    found = evaluate(
        folder / "calls.jsonl.gz", folder / "needs.tsv", folder / "qrels.tsv", None, tmp_path
    ).total
    assert found["ndcg@10"] >= 0.69
    assert found["recall@20"] >= 0.84


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.recorded
def test_l08_the_matcher_does_not_slide_on_the_development_set(shared, tmp_path_factory):
    from pathlib import Path

    cache, folder = Path.home() / ".cache" / "fondvakt", shared / "eval"
    embedder = load_embedder("embedded", cache / "models")
    found = evaluate(
        folder / "calls.jsonl.gz", folder / "needs.tsv", folder / "qrels.tsv", embedder, cache / "evaluate"
    ).total
    assert found["ndcg@10"] >= 0.75
    assert found["recall@20"] >= 0.90
    assert found["precision@5"] >= 0.55
