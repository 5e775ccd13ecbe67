"""Letters as files."""

from dataclasses import replace

import pytest
from letters import a_letter
from servers import counting

from notifier.channel import channel_for
from notifier.errors import RelayRefusesUs


def test_a_letter_becomes_one_whole_file(tmp_path):
    before_data, calls = counting()
    letter = a_letter()
    name = channel_for(f"file:{tmp_path}/out").deliver(letter, before_data=before_data)
    assert [file.name for file in (tmp_path / "out").iterdir()] == [name]
    assert (tmp_path / "out" / name).read_bytes() == letter.content
    assert name.startswith("2026-W34_kontakt-skola_")
    assert len(calls) == 1


def test_the_same_letter_again_is_the_same_file(tmp_path):
    channel = channel_for(f"file://{tmp_path}")
    names = {channel.deliver(a_letter(), before_data=lambda: None) for _ in range(2)}
    assert len(names) == len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "person", ["../../etc/x", "a\x00b", ".hidden", "C:\\x", "x" * 300], ids=lambda p: p[:9]
)
def test_no_name_leads_out_of_the_folder(tmp_path, person):
    letter = replace(a_letter(), person=person)
    name = channel_for(f"file:{tmp_path}").deliver(letter, before_data=lambda: None)
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()


def test_a_folder_that_cannot_be_written_to_holds_the_run(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(RelayRefusesUs, match="gick inte att skriva"):
        channel_for(f"file:{tmp_path}/file").deliver(a_letter(), before_data=lambda: None)
