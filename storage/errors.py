"""What can go wrong with the database.

StorageError
├── DatabaseUnusable     cannot be opened: missing folder, read-only, damaged, not ours
│   └── DatabaseTooNew   made by a newer version of the program
├── DatabaseBusy         somebody else wrote for longer than we wait; try again
├── DatabaseFull         no space left; nothing of the transaction was kept
├── BackupRefused        a copy could not be made or must not be put back
├── BadVector            wrong length, not finite, or zero (D-15)
├── SentTwice            a letter holds a call version that the person already got
├── NameTaken            a token of the API has that name already
└── UnknownMatch, UnknownLetter   no row with that number
"""

from texts import MessageError


class StorageError(MessageError):
    """Something about the database."""


class DatabaseUnusable(StorageError):
    """The database cannot be opened, and the sentence says why."""


class DatabaseTooNew(DatabaseUnusable):
    """The database was made by a newer version of the program."""


class DatabaseBusy(StorageError):
    """Another writer held the database for longer than we wait."""


class DatabaseFull(StorageError):
    """There is no space left; nothing of the transaction was kept."""


class BackupRefused(StorageError):
    """A copy could not be made, or must not be put back."""


class BadVector(StorageError):
    """A vector that is not finite, zero, or of another length than its model's others."""


class SentTwice(StorageError):
    """A letter holds a call version that the person already got."""


class NameTaken(StorageError):
    """A token of the API has that name already, revoked ones included: the history names them."""


class UnknownMatch(StorageError):
    """No match has that number."""


class UnknownLetter(StorageError):
    """No letter has that number."""
