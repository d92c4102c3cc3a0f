"""What object storage holds and the ledger has: known without reading it again."""

from datetime import date

import psycopg

from warehouse.errors import database_errors_without_values


def known_stamps(
    conn: psycopg.Connection, source: str, first_day: date, last_day: date
) -> dict[str, str]:
    """The stamps of a window's loaded objects by their path below the landing zone."""
    with database_errors_without_values():
        rows = conn.execute(
            """
            select path, stamp from ops.stored_object
            where source = %s and landing_day between %s and %s
            """,
            (source, first_day, last_day),
        ).fetchall()
    return dict(rows)


def remember_stamp(
    conn: psycopg.Connection, source: str, landing_day: date, path: str, stamp: str
) -> None:
    """Notes that the object with this stamp is loaded."""
    with database_errors_without_values():
        conn.execute(
            """
            insert into ops.stored_object (path, source, landing_day, stamp)
            values (%s, %s, %s, %s)
            on conflict (path) do update set stamp = excluded.stamp
            where stored_object.stamp <> excluded.stamp
            """,
            (path, source, landing_day, stamp),
        )
