"""Whether the staging schema already is what the dbt project says: then it is not made again.

Staging holds views and small seeds: they change with the project, never with the data. What was
built is remembered beside it, with the object numbers it got: whatever was dropped or made anew
since, by whomever, no longer counts as built.
"""

from psycopg.rows import scalar_row

from settings import Settings
from warehouse.connection import Connection, connect
from warehouse.errors import database_errors_without_values

ROLE = "c360_transform"
STAGE = "transform"

_OBJECTS = """
select md5(coalesce(string_agg(c.relname || ':' || c.oid, ',' order by c.relname), ''))
from pg_class as c
where c.relnamespace = 'staging'::regnamespace and c.relkind in ('r', 'v')
    and c.relname <> '_built'
"""


def is_staging_built(settings: Settings, project_hash: str) -> bool:
    """Whether the objects of `staging` are the ones recorded for this state of the project."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE, stage=STAGE) as conn,
        conn.cursor(row_factory=scalar_row) as cursor,
    ):
        if cursor.execute("select to_regclass('staging._built')").fetchone() is None:
            return False
        recorded = cursor.execute("select fingerprint from staging._built").fetchone()
        return bool(recorded == _fingerprint(conn, project_hash))


def record_staging_built(settings: Settings, project_hash: str) -> None:
    """Remember that `staging` was made from this state of the project."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        conn.execute("create table if not exists staging._built (fingerprint text not null)")
        conn.execute("delete from staging._built")
        conn.execute(
            "insert into staging._built (fingerprint) values (%s)",
            (_fingerprint(conn, project_hash),),
        )


def _fingerprint(conn: Connection, project_hash: str) -> str:
    row = conn.execute(_OBJECTS).fetchone()
    return f"{project_hash} {row[0] if row else ''}"
