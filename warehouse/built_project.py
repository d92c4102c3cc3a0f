"""Which state of the dbt project the built schemas are of.

Staging holds views and small seeds: they change with the project, never with the data, so while it
is what was made it is not made again. What was built is remembered beside it, with the object
numbers it got: whatever was dropped or made anew since, by whomever, no longer counts as built.
The intermediate layer remembers the project alone: a new one makes every person's rows anew.
"""

from psycopg import sql

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

_IS_ERASED = """
select exists (
    select from identity.profile_event
    where kind = 'erased' and run_id >= coalesce((
        select max(run_id) from ops.run where status = 'published'
    ), 0)
)
"""


def is_somebody_erased(settings: Settings) -> bool:
    """Whether a person was erased after the newest published run."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        row = conn.execute(_IS_ERASED).fetchone()
    return bool(row and row[0])


def is_staging_built(settings: Settings, project_hash: str) -> bool:
    """Whether the objects of `staging` are the ones recorded for this state of the project."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        recorded = _recorded(conn, "staging")
        return recorded is not None and recorded == _fingerprint(conn, project_hash)


def record_staging_built(settings: Settings, project_hash: str) -> None:
    """Remember that `staging` was made from this state of the project."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        _record(conn, "staging", _fingerprint(conn, project_hash))


def is_project_built(settings: Settings, project_hash: str) -> bool:
    """Whether the intermediate layer was last built by this state of the project."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        return _recorded(conn, "intermediate") == project_hash


def record_project_built(settings: Settings, project_hash: str) -> None:
    """Remember that the intermediate layer was built by this state of the project."""
    with database_errors_without_values(), connect(settings, ROLE, stage=STAGE) as conn:
        _record(conn, "intermediate", project_hash)


def _recorded(conn: Connection, schema: str) -> str | None:
    table = sql.Identifier(schema, "_built")
    found = conn.execute("select to_regclass(%s)", (f"{schema}._built",)).fetchone()
    if found is None or found[0] is None:
        return None
    row = conn.execute(sql.SQL("select fingerprint from {}").format(table)).fetchone()
    return str(row[0]) if row else None


def _record(conn: Connection, schema: str, fingerprint: str) -> None:
    table = sql.Identifier(schema, "_built")
    conn.execute(sql.SQL("create table if not exists {} (fingerprint text not null)").format(table))
    conn.execute(sql.SQL("delete from {}").format(table))
    conn.execute(sql.SQL("insert into {} (fingerprint) values (%s)").format(table), (fingerprint,))


def _fingerprint(conn: Connection, project_hash: str) -> str:
    row = conn.execute(_OBJECTS).fetchone()
    return f"{project_hash} {row[0] if row else ''}"
