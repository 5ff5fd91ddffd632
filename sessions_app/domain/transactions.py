"""References to transactions: an id, and who issued it."""

from enum import StrEnum

import msgspec

# Placeholders that stations send when they have no transaction id: nothing, or the end of a number range.
NO_TRANSACTION = frozenset({"", "0", "-1", "2147483647", "9223372036854775807"})


class TransactionIssuer(StrEnum):
    """Who issues the transaction ids of a protocol: the central system (OCPP 1.6) or the station (2.x)."""

    OURS = "ours"
    STATION = "station"


class TransactionRef(msgspec.Struct, frozen=True):
    """A transaction as a message names it.

    With the issuer OURS the id should be one of our session ids. Stations of OCPP 1.6 also make up ids, such
    as offline: `session_matching` decides. With the issuer STATION it is never one of ours.
    """

    issuer: TransactionIssuer
    id: str

    @property
    def is_missing(self) -> bool:
        """Whether the message names no transaction."""
        return self.id in NO_TRANSACTION if self.issuer is TransactionIssuer.OURS else not self.id


def issued_id(transaction: str) -> TransactionRef:
    """Return the reference of an id in a message of a protocol where we issue the ids."""
    return TransactionRef(TransactionIssuer.OURS, transaction)


CONFIRMED_AFTER = 2  # messages with the station's own id: a single one may be a slip


def station_reference(session_id: int, *, own_id: str, own_id_uses: int, is_announced: bool) -> TransactionRef:
    """Return what the station calls a session's transaction.

    A session announced by a start message has the id of our answer, until the station has used its own id in
    `CONFIRMED_AFTER` messages. A session without a start message has only the station's own id.
    """
    if own_id and (not is_announced or own_id_uses >= CONFIRMED_AFTER):
        return TransactionRef(TransactionIssuer.STATION, own_id)
    return issued_id(str(session_id))
