"""Where the data lies: a network share is told of (D-06), and the version of SQLite where that holds it."""

from pathlib import Path

import pytest
from command_line import fondvakt

from commands.doctor import share_under

MOUNTS = """\
/dev/sda1 / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/export /srv/data nfs4 rw,vers=4.2 0 0
//nas/share /srv/my\\040share cifs rw 0 0
tmpfs /srv/data/local tmpfs rw 0 0
cut line
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        pytest.param("/var/lib/fondvakt", None, id="D-06 a disk of its own"),
        pytest.param("/srv/data/fondvakt", "nfs4", id="D-06 NFS"),
        pytest.param("/srv/my share/fondvakt", "cifs", id="D-06 a Windows share"),
        pytest.param("/srv/data/local/x", None, id="D-06 a disk inside a share"),
        pytest.param("/srv/database", None, id="D-06 a name that only begins alike"),
    ],
)
def test_the_mount_that_a_folder_lies_on_decides(folder, kind):
    assert share_under(Path(folder), MOUNTS) == kind


def test_d_06_without_a_list_of_mounts_nothing_is_claimed(tmp_path):
    assert share_under(tmp_path, "") is None


def test_d_06_doctor_of_a_local_folder_says_nothing_of_shares(tmp_path):
    settings = {"FONDVAKT_DATA_DIR": tmp_path, "FONDVAKT_MODEL": tmp_path, "FONDVAKT_SMTP_URL": "file:x"}
    found = fondvakt("doctor", "--json", settings=settings).json()["findings"]
    assert "share" not in {one["about"] for one in found}


@pytest.mark.parametrize(
    ("database", "is_told"),
    [("sqlite:///{}/fondvakt.sqlite", True), ("postgresql://nobody@127.0.0.1:1/fondvakt", False)],
)
def test_the_version_of_sqlite_is_told_only_where_sqlite_holds_the_data(tmp_path, database, is_told):
    settings = {"FONDVAKT_DATA_DIR": tmp_path, "FONDVAKT_MODEL": tmp_path, "FONDVAKT_SMTP_URL": "file:x"}
    settings["FONDVAKT_DATABASE_URL"] = database.format(tmp_path)
    found = fondvakt("doctor", "--json", settings=settings).json()["findings"]
    assert ("sqlite" in {one["about"] for one in found}) is is_told
