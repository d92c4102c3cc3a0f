"""Read what is known about identifiers: why they share a profile, or why not."""

from dataclasses import replace

import numpy as np

from identifiers import Identifier
from identity_resolution.graph import Graph, Resolution, Status, StatusReason
from identity_store.explanation import Explanation, Step, explain, explain_alone
from identity_store.extent import prepare, widen
from identity_store.part import read_part
from identity_store.sources import SourceBits
from identity_store.stored_part import StoredPart
from identity_store.transitions import NO_PROFILE
from settings import Settings
from warehouse.connection import Connection, connect
from warehouse.errors import Fatal, database_errors_without_values

ROLE = "c360_identity"

_FIND = """
select identifier_id from identity.identifier
where namespace = %s and scope = %s and value = %s and component_id is not null
"""


def explain_identifiers(settings: Settings, one: Identifier, other: Identifier) -> Explanation:
    """Explain two identifiers, each (namespace, scope, value); read-only.

    Raises:
        Fatal: one of them was never observed.
    """
    with (
        database_errors_without_values(),
        connect(settings, ROLE, stage="identity:explain") as conn,
    ):
        ids = np.array([_find(conn, one, "first"), _find(conn, other, "second")], dtype=np.int64)
        prepare(conn)
        widen(conn, np.unique(ids))
        part = read_part(conn, SourceBits())
    start, goal = np.searchsorted(part.identifier_id, ids).tolist()
    return explain(*_decided(part), start, goal)


def explain_identifier(settings: Settings, one: Identifier) -> tuple[str, tuple[Step, ...]]:
    """Return the status of an identifier, with its reason, and all of its links; read-only."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE, stage="identity:explain") as conn,
    ):
        ids = np.array([_find(conn, one, "first")], dtype=np.int64)
        prepare(conn)
        widen(conn, ids)
        part = read_part(conn, SourceBits())
    row = int(part.positions(ids)[0])
    screening = part.state.resolution.screening
    status = Status(screening.status[row]).name.lower()
    reason = StatusReason(screening.reason[row])
    told = status if reason is StatusReason.NONE else f"{status}: {reason.name.lower()}"
    return told, explain_alone(*_decided(part), row)


def _find(conn: Connection, identifier: Identifier, which: str) -> int:
    row = conn.execute(_FIND, identifier).fetchone()
    if row is None:
        raise Fatal(f"the {which} identifier was never observed; look at its namespace and scope")
    return int(row[0])


def _decided(part: StoredPart) -> tuple[Graph, Resolution]:
    """Return the stored graph and decisions; whoever is outside the part stands alone."""
    resolution = part.state.resolution
    own = np.arange(len(part.identifier_id))
    anchor = np.where(resolution.anchor == NO_PROFILE, own, resolution.anchor)
    return part.state.graph, replace(resolution, anchor=anchor)
