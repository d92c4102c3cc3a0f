"""Whose a thing was at a moment, as a reader of its log would tell."""

from identity_resolution.rules import Rules
from tests.property.identity.evidence import Identifier, Observation
from tests.property.identity.oracle import is_account


def owner_at(
    turns: list[tuple[int, str, Identifier | None]], at: int, close_after: int
) -> Identifier | None:
    """Whose a thing was; turns: when, which kind, the account that acted, in order."""
    owner, last = None, 0
    for moment, kind, account in (turn for turn in turns if turn[0] <= at):
        if owner is not None and moment > last + close_after:
            owner = None
        if kind not in {"logout", "unbind"}:
            owner, last = account, moment
        elif kind == "logout" or owner in (None, account):
            owner = None
    if owner is not None and at < last + close_after:
        return owner
    coming = (account for moment, _, account in turns if moment > at and account is not None)
    return next(coming, None)


def turns_of(
    thing: Identifier, log: list[Observation], status: dict[Identifier, str], rules: Rules
) -> list[tuple[int, str, Identifier | None]]:
    """When a thing was seen with an account, or let go: an end after all else of its second."""
    turns = []
    for seen in log:
        accounts = [i for i in seen.identifiers if is_account(i, rules) and status[i] == "active"]
        ranked = sorted(accounts, key=lambda i: (rules.of(i[0]).rank, [p.encode() for p in i]))
        account = ranked[0] if ranked else None
        is_end = seen.kind in {"logout", "unbind"}
        if thing in seen.identifiers and (account or is_end):
            names = [part.encode() for part in account or ()]
            order = (seen.at, is_end, names, seen.kind == "logout")
            turns.append((order, (seen.at, seen.kind, account)))
    return [turn for _, turn in sorted(turns, key=lambda turn: turn[0])]
