"""The command line keeps its contract: commands, JSON, exit codes, and both languages."""

from pathlib import Path

import pytest
from command_line import Outcome, begun, ended, fondvakt

COMMANDS = """init|collect|match|calls|queue|decide|digest|digest preview|digest send|serve|profile|profile check
profile import|profile export|profile diff|sources|sources list|sources doctor|evaluate|judged|judged export|learned
backup|restore|doctor|demo|standin|signin"""
JOB_KEYS = {
    "collect": {"sources"},
    "match": {"calls", "needs", "embedded", "new", "total"},
    "calls": {"calls"},
    "queue": {"matches"},
    "decide": {"id", "state"},
    "preview": {"letters"},
    "send": {"week", "sent", "failed", "in_doubt", "skipped"},
    "check": {"ok", "problems", "units", "needs"},
    "sources": {"sources"},
}
ROW_KEYS = {
    ("collect", "sources"): {"source", "new", "changed", "unchanged", "unseen", "refused", "reason"},
    ("calls", "calls"): {
        "source", "reference", "identifier", "kind", "title", "status", "opens", "deadlines",
    },
    ("queue", "matches"): {"id", "call", "unit", "need", "band", "deadline", "state"},
    ("sources", "sources"): {
        "source", "title", "publisher", "outcome", "reason", "kept", "last_sound", "calls",
    },
    ("preview", "letters"): {"person", "to", "subject", "calls", "bytes"},
}  # fmt: skip


@pytest.fixture(scope="module")
def chain(settings) -> dict[str, Outcome]:
    """Every job of the journey, by hand and in order, each with --json."""
    did: dict[str, Outcome] = {}

    def step(name: str, *arguments: object) -> Outcome:
        did[name] = fondvakt(*arguments, "--json", settings=settings)
        return did[name]

    step("init", "init", "--municipality", "exempelstad")
    step("collect", "collect")
    step("collect again", "collect")
    step("match", "match")
    step("match again", "match")
    step("calls", "calls")
    step("open calls", "calls", "--open")
    for number, row in enumerate(step("queue", "queue").json()["matches"][:3]):
        step("decide" if number == 0 else f"decide {number}", "decide", row["id"], "accept")
    step("preview", "digest", "preview")
    step("send", "digest", "send")
    step("send again", "digest", "send")
    step("check", "profile", "check", "varberg")
    step("sources", "sources", "list")
    return did


@pytest.mark.parametrize("name", COMMANDS.replace("\n", "|").split("|"))
def test_every_command_has_help_that_says_what_it_does(name):
    shown = fondvakt(*name.split(), "--help", settings={})
    assert shown.code == 0
    assert f"fondvakt {name}" in shown.out
    assert "--help" in shown.out


def test_the_journey_goes_from_an_empty_folder_to_letters(chain, settings):
    assert {name: done.code for name, done in chain.items()} == dict.fromkeys(chain, 0)
    letters = list(Path(str(settings["FONDVAKT_SMTP_URL"]).removeprefix("file:")).glob("*.eml"))
    assert len(letters) == chain["send"].json()["sent"] >= 1


@pytest.mark.parametrize("job", JOB_KEYS)
def test_json_is_one_object_with_the_contracts_keys(job, chain):
    assert chain[job].json().keys() >= JOB_KEYS[job]


@pytest.mark.parametrize(("job", "rows"), ROW_KEYS)
def test_the_rows_of_a_json_object_have_the_contracts_keys(job, rows, chain):
    found = chain[job].json()[rows]
    assert found
    assert all(row.keys() >= ROW_KEYS[job, rows] for row in found)


def test_a_second_collection_finds_nothing_new_and_nothing_changed(chain):
    first, second = chain["collect"].json()["sources"], chain["collect again"].json()["sources"]
    assert {row["source"] for row in first} == {"eu-portal", "euroaccess", "have-your-say"}
    assert all(row["new"] > 0 for row in first)
    assert [(row["new"], row["changed"], row["unseen"]) for row in second] == [(0, 0, 0)] * 3
    assert [row["unchanged"] for row in second] == [row["calls"] for row in first]


def test_a_second_matching_embeds_nothing_and_proposes_nothing_new(chain):
    first, second = chain["match"].json(), chain["match again"].json()
    assert first["new"] == first["total"] > 0
    assert (second["embedded"], second["new"], second["total"]) == (0, 0, first["total"])


def test_a_second_sending_sends_nothing(chain):
    assert chain["send again"].json()["sent"] == 0


def test_calls_carry_days_as_iso_and_the_status_of_the_fixed_clock(chain):
    found = chain["calls"].json()["calls"]
    for call in found:
        assert call["status"] in ("forthcoming", "open", "closed")
        for day in [call["opens"], *call["deadlines"]]:
            assert day is None or (len(day) == 10 and day[4] == day[7] == "-")
    opened = chain["open calls"].json()["calls"]
    assert opened == [call for call in found if call["status"] == "open"]
    assert 0 < len(opened) < len(found)


def test_a_decision_takes_the_match_out_of_the_queue(chain, settings):
    decided = chain["decide"].json()
    assert decided["state"] == "accepted"
    left = fondvakt("queue", "--json", settings=settings).json()["matches"]
    assert decided["id"] not in {row["id"] for row in left}
    everything = fondvakt("queue", "--all", "--json", settings=settings).json()["matches"]
    assert decided["id"] in {row["id"] for row in everything}


def test_a_match_can_be_put_off_or_rejected_with_a_reason(chain, settings):
    last, before_it = [row["id"] for row in chain["queue"].json()["matches"][-2:]]
    later = fondvakt("decide", last, "later", "--until", "2027-01-10", "--json", settings=settings)
    reject = fondvakt("decide", before_it, "reject", "--reason", "not_our_need", "--json", settings=settings)
    assert (later.json()["state"], reject.json()["state"]) == ("later", "rejected")


def test_another_folder_may_be_named_for_a_weeks_letters(chain, settings, tmp_path):
    shown = fondvakt("digest", "preview", "--week", "2026-W49", "--out", tmp_path, settings=settings)
    assert shown.code == 0
    listed = fondvakt("digest", "preview", "--week", "2026-W49", "--json", settings=settings)
    assert len(list(tmp_path.glob("*.eml"))) == len(listed.json()["letters"])


def test_what_is_printed_for_people_is_swedish(chain, settings):
    assert "utlysningar" in fondvakt("collect", settings=settings).out
    assert "träffar" in fondvakt("match", settings=settings).out
    assert "Styrka" in fondvakt("queue", settings=settings).out
    assert "Vecka 2026-W48" in fondvakt("digest", "send", settings=settings).out


def test_the_profile_comes_out_as_it_was_brought_in(chain, settings, tmp_path):
    file = tmp_path / "ut.toml"
    assert fondvakt("profile", "export", "--out", file, settings=settings).code == 0
    assert fondvakt("profile", "diff", file, settings=settings).out.strip() == "Ingen skillnad."
    again = fondvakt("profile", "import", file, "--json", settings=settings).json()
    assert again == {"version": 1, "changes": []}


def test_a_backup_comes_back_whole(chain, settings, tmp_path):
    made = fondvakt("backup", "--out", tmp_path / "copy.sqlite", "--json", settings=settings).json()
    elsewhere = settings | {"FONDVAKT_DATA_DIR": tmp_path / "elsewhere"}
    back = fondvakt("restore", made["file"], "--json", settings=elsewhere).json()
    assert back == {"held": 0, "previous": None}
    assert (
        fondvakt("calls", "--json", settings=elsewhere).json()
        == fondvakt("calls", "--json", settings=settings).json()
    )


@pytest.fixture(scope="module")
def processes(settings, tmp_path_factory) -> dict[str, Outcome]:
    """What real processes do, side by side: exit codes and the other language need one."""
    empty = settings | {"FONDVAKT_DATA_DIR": tmp_path_factory.mktemp("empty")}
    started = {
        "help": begun("--lang", "en", "digest", "send", "--help", settings=empty),
        "wrong use": begun("decide", "1", "perhaps", "--lang=en", settings=empty),
        "failed": begun("match", "--lang", "en", settings=empty),
        "set": begun("sources", "list", settings=empty | {"FONDVAKT_LANG": "en"}),
        "unknown": begun("sources", "list", "--lang", "fi", settings=empty),
    }
    return {name: ended(process) for name, process in started.items()}


def test_the_process_ends_with_the_codes_of_the_contract(processes):
    codes = {"help": 0, "wrong use": 2, "failed": 1, "set": 0, "unknown": 2}
    assert {name: done.code for name, done in processes.items()} == codes


def test_help_in_english_holds_no_swedish(processes):
    shown = processes["help"].out
    assert "Send the week's letters" in shown
    assert not set("åäöÅÄÖ") & set(shown), shown


def test_an_error_is_said_in_the_chosen_language(processes):
    said = "No municipality is chosen yet. First run: fondvakt init --municipality exempelstad"
    assert processes["failed"].sentence() == said


def test_the_language_can_be_set_and_an_unknown_one_is_refused(processes):
    assert "Publisher" in processes["set"].out
    assert "sv, en" in processes["unknown"].sentence()


def test_output_that_nobody_reads_to_its_end_is_no_error(settings):
    process = begun("calls", "--json", settings=settings)
    process.stdout.close()
    process.stdout = None
    assert not ended(process).err
