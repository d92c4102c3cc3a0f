"""Least privilege: who may do what equals the written matrix, exactly."""

from urllib.parse import quote, urlsplit

import psycopg
import pytest

from settings import Settings
from warehouse.connection import LOGIN, connect, connect_to
from warehouse.roles import ALL_ROLES, OWNER, READER_ROLES, STEP_ROLES

VERBS = {"s": "select", "i": "insert", "u": "update", "d": "delete", "t": "truncate"}
SCHEMAS = ["raw", "identity", "staging", "intermediate", "build", "mart", "offers", "ops"]
# The owner and c360_migrate, which is a member of it, may do everything; they are left out here.
ROLES = [role for role in ALL_ROLES if role not in {OWNER, "c360_migrate"}]

# s select, i insert, u update, d delete, t truncate; `-` nothing. A table that dbt makes is `*`.
MATRIX = """
                                ingest identity transform offers publish export privacy marketer bi
raw.record                      sid    sud      s         -      s       -      s       -        -
identity.actor_owner            -      s        s         -      s       -      s       -        -
identity.identifier             si     siud     -         -      -       -      s       -        -
identity.identifier_masked      -      -        s         -      s       -      -       -        -
identity.identifier_profile     -      siud     s         -      s       -      s       -        -
identity.identifier_set         si     siud     s         -      s       -      s       -        -
identity.link                   -      siud     s         -      s       -      s       -        -
identity.minted_id              -      siud     s         -      s       -      s       -        -
identity.observation            i      siud     s         -      s       -      s       -        -
identity.observation_identifier -      siud     -         -      -       -      s       -        -
identity.observed_load          -      sid      s         -      s       -      s       -        -
identity.ownership              -      s        s         -      s       -      s       -        -
identity.ownership_window       -      siud     s         -      s       -      s       -        -
identity.profile                -      siud     s         s      s       -      s       -        -
identity.profile_event          -      siud     s         s      s       -      s       -        -
identity.recount                -      siud     -         -      -       -      -       -        -
identity.redirect               -      s        s         s      s       -      s       -        -
identity.residual               -      siud     s         -      s       -      s       -        -
identity.run                    -      siud     s         -      s       -      s       -        -
identity.spark_identifier       -      sidt   -         -      -       -      s       -        -
identity.spark_link             -      sidt   -         -      -       -      s       -        -
identity.statement              -      siud     s         -      s       -      s       -        -
identity.statement_refusal      -      s        s         -      s       -      s       -        -
identity.tombstone              -      siud     -         -      -       -      s       -        -
staging.*                       -      -        siudt     s      s       -      -       -        -
intermediate.*                  -      -        siudt     s      s       -      -       -        -
build.*                         -      -        siudt     s      s       -      -       -        -
mart.*                          -      -        -         -      siud    s      s       s        s
mart.next_best_offer            -      -        -         s      siud    s      s       s        s
mart.offer_suppressed           -      -        -         s      s       s      s       s        s
mart.portrait_snapshot          -      -        -         s      sid     -      s       -        s
offers.allocation               -      -        s         siud   -       -      sd      -        -
offers.assignment               -      sd       s         siud   -       -      sd      -        -
offers.decision_log             -      sd       s         siud   -       -      sd      -        -
offers.evaluation               -      -        -         siud   -       -      s       -        -
offers.export                   -      -        -         siud   -       si     sd      -        -
offers.export_member            -      sd       -         siud   -       si     sd      -        -
offers.model                    -      -        s         siud   -       -      s       -        -
offers.model_coefficient        -      -        s         siud   -       -      s       -        -
offers.model_reliability        -      -        -         siud   -       -      s       -        -
offers.place                    -      sd       s         siud   -       -      sd      -        -
ops.audit                       -      i        -         i      si      i      si      -        -
ops.closed_day                  si     -        -         -      si      -      s       -        -
ops.empty_day                   si     -        -         -      si      -      s       -        -
ops.drift                       s      -        -         -      s       -      s       -        -
ops.gate_result                 -      -        -         -      siu     -      s       -        -
ops.kind                        siu    -        -         -      s       -      s       -        -
ops.late_kind                   s      -        -         -      s       -      s       -        -
ops.load                        siu    s        s         s      su      -      s       -        -
ops.migration                   -      -        -         -      s       -      s       -        -
ops.quarantine                  siu    su       -         -      s       -      s       -        -
ops.run                         -      s        s         s      siu     -      s       -        -
ops.run_load                    -      s        s         s      si      -      s       -        -
ops.stage_run                   -      -        -         -      s       -      s       -        -
ops.stored_object               siu    -        -         -      -       -      sd      -        -
ops.unknown_field               sid    -        -         -      s       -      s       -        -
"""

FUNCTIONS = """
identity.mask(text,text)       ingest identity transform offers publish privacy
identity.owner_at(bigint,timestamp with time zone)  ingest identity transform offers publish privacy
identity.profile_as_of(bigint,timestamp with time zone)  ingest identity transform offers publish privacy
mart.find_profile(text,text,text)  marketer
offers.audience(text,text,integer,integer,boolean)  export
ops.compare_with_mart(text)    publish
ops.holds_fence(bigint)        ingest identity transform offers publish export privacy
raw.ensure_month(text,date)    ingest
"""  # noqa: E501 - signatures as the server prints them


def written_matrix() -> dict[tuple[str, str], str]:
    head, *lines = MATRIX.strip().splitlines()
    roles = [f"c360_{name}" for name in head.split()]
    cells = {}
    for line in lines:
        table, *verbs = line.split()
        cells |= {(table, role): cell for role, cell in zip(roles, verbs, strict=True)}
    return {place: verbs for place, verbs in cells.items() if verbs != "-"}


@pytest.fixture
def database(warehouse_settings: Settings) -> Settings:
    """A warehouse in which dbt made a table in each of its schemas."""
    with connect(warehouse_settings, "c360_transform") as conn:
        for schema in ("staging", "intermediate", "build"):
            conn.execute(
                psycopg.sql.SQL("create table {} (x int)").format(
                    psycopg.sql.Identifier(schema, "made_by_dbt")
                )
            )
    return warehouse_settings


def test_tables_are_open_exactly_as_the_matrix_says(database: Settings) -> None:
    matrix = written_matrix()
    with connect(database, LOGIN) as conn:
        rows = conn.execute(
            """
            select
                n.nspname || '.' || case
                    when n.nspname || '.' || c.relname = any (%(written)s) then c.relname
                    when n.nspname = 'mart' or c.relname = 'made_by_dbt' then '*'
                    else c.relname
                end,
                r.rolname, c.relname, string_agg(v.short, '' order by v.position)
            from pg_class as c
            inner join pg_namespace as n on c.relnamespace = n.oid
            cross join pg_roles as r
            cross join unnest(%(shorts)s::text[], %(verbs)s::text[])
                with ordinality as v (short, verb, position)
            where n.nspname = any (%(schemas)s) and c.relkind in ('r', 'p', 'v', 'm')
                and not c.relispartition and r.rolname = any (%(roles)s)
                and has_schema_privilege(r.oid, n.oid, 'usage')
                and has_table_privilege(r.oid, c.oid, v.verb)
            group by 1, 2, 3
            """,
            {
                "shorts": list(VERBS),
                "verbs": list(VERBS.values()),
                "schemas": SCHEMAS,
                "roles": ROLES,
                "written": [table for table, _ in matrix],
            },
        ).fetchall()
    found = {(table, role) for table, role, _, _ in rows}
    wrong = {
        (table, role, name): verbs
        for table, role, name, verbs in rows
        if matrix.get((table, role)) != verbs
    }
    assert wrong == {}
    assert matrix.keys() - found == set()


def test_functions_are_open_exactly_as_listed(database: Settings) -> None:
    written = {
        (function, f"c360_{role}")
        for function, roles in (line.split("  ", 1) for line in FUNCTIONS.strip().splitlines())
        for role in roles.split()
    }
    with connect(database, LOGIN) as conn:
        rows = conn.execute(
            """
            select p.oid::regprocedure::text, r.rolname
            from pg_proc as p cross join pg_roles as r
            where p.pronamespace::regnamespace::text = any (%s) and r.rolname = any (%s)
                and has_schema_privilege(r.oid, p.pronamespace, 'usage')
                and has_function_privilege(r.oid, p.oid, 'execute')
            """,
            (SCHEMAS, ROLES),
        ).fetchall()
    assert set(rows) == written


def test_partitions_of_raw_are_reached_through_the_parent_only(database: Settings) -> None:
    with connect(database, LOGIN) as conn:
        rows = conn.execute(
            """
            select c.relname, r.rolname from pg_class as c cross join pg_roles as r
            where c.relnamespace = 'raw'::regnamespace and c.relispartition
                and r.rolname = any (%s) and has_table_privilege(r.oid, c.oid, 'select')
            """,
            (ROLES,),
        ).fetchall()
    assert rows == []


def test_clear_identifier_values_are_for_three_roles(database: Settings) -> None:
    with connect(database, LOGIN) as conn:
        rows = conn.execute(
            "select rolname from pg_roles where rolname = any (%s)"
            " and has_column_privilege(oid, 'identity.identifier', 'value', 'select')",
            (ROLES,),
        ).fetchall()
    assert {role for (role,) in rows} == {"c360_ingest", "c360_identity", "c360_privacy"}


def test_no_role_of_ours_has_power_over_the_server(database: Settings) -> None:
    with connect(database, LOGIN) as conn:
        rows = conn.execute(
            """
            select rolname from pg_roles
            where rolname = any (%s)
                and (rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication)
            """,
            (list(ALL_ROLES),),
        ).fetchall()
        logins = conn.execute(
            "select rolname from pg_roles where rolname = any (%s) and rolcanlogin",
            (list(ALL_ROLES),),
        ).fetchall()
        superuser = conn.execute("select rolsuper from pg_roles where rolname = session_user")
        assert superuser.fetchone() == (False,)
    assert rows == []
    assert {role for (role,) in logins} == set(READER_ROLES)


@pytest.mark.parametrize("reader", READER_ROLES)
def test_a_reader_logs_in_and_reads_mart_and_nothing_else(database: Settings, reader: str) -> None:
    with connect_to(reader_url(database, reader), autocommit=True) as conn:
        conn.execute("select * from publication")
        for statement in (
            "select * from raw.record",
            "select * from identity.identifier",
            "select * from ops.run",
            "select * from build.made_by_dbt",
            "set role c360_publish",
            "create temporary table mine (x int)",
            "create table public.mine (x int)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(statement)


def test_a_reader_cannot_write_mart(database: Settings) -> None:
    with (
        connect_to(reader_url(database, "c360_bi"), autocommit=True) as conn,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        conn.execute("delete from mart.publication")


@pytest.fixture
def member(database: Settings) -> str:
    """The profile of an invented member, published."""
    with connect(database, OWNER) as conn:
        conn.execute(
            """
            insert into identity.identifier (identifier_id, namespace, scope, value, arrival_day)
            overriding system value values (7, 'member_id', '', 'M-invented', '2026-11-21')
            """
        )
        required = conn.execute(
            """
            select attname, format_type(atttypid, atttypmod) from pg_attribute
            where attrelid = 'mart.profile'::regclass and attnotnull and attname <> 'profile_id'
                and attnum > 0
            """
        ).fetchall()
        values = {"text": "'x'", "integer": "0", "boolean": "false", "bigint": "0"}
        names = ", ".join(["profile_id", *(name for name, _ in required)])
        filled = ", ".join(["'p_1'", *(values.get(kind, "'2026-11-21'") for _, kind in required)])
        insert = f"insert into mart.profile ({names}) values ({filled})"  # noqa: S608 - catalogue
        conn.execute(insert)
        conn.execute(
            "insert into mart.profile_identifier (profile_id, identifier_id, namespace, scope,"
            " status) values ('p_1', 7, 'member_id', '', 'active')"
        )
    return "p_1"


def test_a_marketer_finds_a_profile_by_an_identifier(database: Settings, member: str) -> None:
    look_up = "select profile_id from mart.find_profile('member_id', '', %s)"
    with connect_to(reader_url(database, "c360_marketer"), autocommit=True) as conn:
        assert conn.execute(look_up, ("M-invented",)).fetchall() == [(member,)]
        assert conn.execute(look_up, ("M-unknown",)).fetchall() == []
    with connect(database, "c360_privacy") as conn:
        rows = conn.execute("select db_role, action, detail from ops.audit order by audit_id")
        asked = {"namespace": "member_id", "scope": ""}
        assert rows.fetchall() == [
            ("c360_marketer", "find_profile", {**asked, "profile_id": member}),
            ("c360_marketer", "find_profile", {**asked, "profile_id": None}),
        ]


def reader_url(settings: Settings, reader: str) -> str:
    address = urlsplit(settings.database_url)
    password = quote(settings.role_passwords[reader], safe="")
    place = f"{reader}:{password}@{address.hostname}:{address.port}"
    return address._replace(netloc=place).geturl()


@pytest.mark.parametrize("role", STEP_ROLES)
def test_a_step_acts_as_its_role(database: Settings, role: str) -> None:
    with connect(database, role, stage="any") as conn:
        row = conn.execute(
            "select current_user::text, current_setting('application_name'),"
            " current_setting('timezone')"
        ).fetchone()
    assert row == (role, "c360:any", "UTC")
