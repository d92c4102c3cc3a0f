"""From when to when a shareable identifier belonged to whom, told by logins and logouts.

Windows name the account that was seen, not its profile: they follow from the evidence alone and
stay as they are when profiles merge or split.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np

from identity_resolution.actors import NOBODY, choose_accounts
from identity_resolution.graph import (
    Flags,
    Identifiers,
    Screening,
    byte_order,
)
from identity_resolution.links import Evidence, Kind
from identity_resolution.rules import RuleTable

LOGOUT, OTHER_LOGIN, LAPSE = "logout", "other login", "no login since"
"""Why a window closed."""

_ENDS = (Kind.LOGOUT, Kind.UNBIND)


@dataclass(frozen=True, slots=True)
class Window:
    """From `owned_from` up to, not including, `owned_to` the identifier belonged to the account."""

    identifier: int
    account: int
    owned_from: int
    owned_to: int
    because: str


@dataclass(frozen=True, slots=True)
class _Presence:
    at: int
    kind: int
    account: int


def find_windows(
    identifiers: Identifiers,
    screening: Screening,
    evidence: Evidence,
    is_wanted: Flags,
    rules: tuple[RuleTable, int],
) -> Iterator[Window]:
    """Yield the windows of the identifiers flagged, by identifier and time.

    evidence: a row a moment. rules: the table, and after how many seconds without a login an
    ownership ends. The first window begins when the identifier was first seen; each later one where
    the one before closed, so what a device did before a login belongs to who then logged in.
    """
    table, close_after = rules
    account = choose_accounts(identifiers, evidence, screening, table)
    row = evidence.row
    is_told = is_wanted[evidence.member]
    is_told &= (account[row] != NOBODY) | np.isin(evidence.kind[row], _ENDS)
    row, member = row[is_told], evidence.member[is_told]
    accounts, place = np.unique(account[row], return_inverse=True)
    rank = byte_order(identifiers, np.maximum(accounts, 0))[place] if len(accounts) else place
    is_end = np.isin(evidence.kind[row], _ENDS)
    order = np.lexsort((evidence.kind[row], rank, is_end, evidence.last_seen[row], member))
    columns = (member, evidence.last_seen[row], evidence.kind[row], account[row])
    rows = zip(*(column[order].tolist() for column in columns), strict=True)
    for identifier, turns in groupby(rows, key=itemgetter(0)):
        start = int(identifiers.first_seen[identifier])
        presences = (_Presence(*turn[1:]) for turn in turns)
        for owner, owned_from, owned_to, because in _spells(presences, start, close_after):
            yield Window(identifier, owner, owned_from, owned_to, because)


def _spells(
    presences: Iterator[_Presence], start: int, close_after: int
) -> Iterator[tuple[int, int, int, str]]:
    """Yield owner, begin, end and why it ended; a spell without length is left out."""
    owner, lapses_at = NOBODY, start
    for now in presences:
        if owner != NOBODY and now.at > lapses_at:
            yield owner, start, lapses_at, LAPSE
            owner, start = NOBODY, lapses_at
        is_end = now.kind in _ENDS
        leaver = _leaver(owner, now)
        if leaver != NOBODY:
            if now.at > start:
                yield leaver, start, now.at, LOGOUT if is_end else OTHER_LOGIN
            owner, start = NOBODY, now.at
        if not is_end:
            owner, lapses_at = now.account, now.at + close_after
    if owner != NOBODY:
        yield owner, start, lapses_at, LAPSE


def _leaver(owner: int, now: _Presence) -> int:
    """Return whose ownership ends now, or `NOBODY`.

    A logout ends anybody's; an unbind only that of the account it names. Either tells, where no
    login was seen, that the account had the thing until now.
    """
    if now.kind not in _ENDS:
        return NOBODY if owner == now.account else owner
    if now.kind == Kind.UNBIND and owner not in (NOBODY, now.account):
        return NOBODY
    return now.account if owner == NOBODY else owner
