"""What the whole transform leaves in `build`, and how it fits `mart`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.data_dictionary import data_dictionary, later_columns
from pipeline.transform import build_layer, run_dbt, write_manifest
from settings import Settings
from tests.conftest import PROJECT_DIR
from tests.integration.dbt.brand import DAYS, MEMBERS
from tests.integration.dbt.deliveries import build, copy_of, rows
from tests.integration.dbt.sums import broken_laws
from warehouse.connection import LOGIN, connect
from warehouse.draft import draft
from warehouse.errors import Fatal
from warehouse.mart_contract import PUBLISHER, read_contracts
from warehouse.mart_tables import mart_tables
from warehouse.publish import publish
from warehouse.runs import Run

LAST = DAYS[-1]
# Seeds are tables of the brand's own and may be read anywhere; raw is staging's alone.
MAY_READ = {
    "staging": {"source", "seed", "staging"},
    "intermediate": {"staging", "intermediate", "seed"},
    "marts": {"intermediate", "decision", "marts", "seed"},
    # Rules are predicates over portraits, and scarce slots are those that contacts left.
    "decision": {"intermediate", "decision", "marts", "seed"},
    "semantic": {"marts"},
}


def layer(node: dict[str, Any]) -> str:
    path = str(node["path"])
    return "decision" if path.startswith("intermediate/offers/") else path.split("/", maxsplit=1)[0]


@pytest.fixture(scope="module")
def built(brand_with_marts: tuple[Settings, Run]) -> Iterator[tuple[Settings, Run]]:
    brand, run = brand_with_marts
    with copy_of(brand) as settings:
        build(settings, run, "offers")
        yield settings, run


@pytest.fixture(scope="module")
def settings(built: tuple[Settings, Run]) -> Settings:
    return built[0]


@pytest.fixture(scope="module")
def manifest(settings: Settings) -> Path:
    return write_manifest(settings)


def test_mart_has_the_columns_of_build(settings: Settings):
    with connect(settings, LOGIN) as conn:
        assert len(mart_tables(conn)) == 36


def test_the_migrations_say_what_the_contracts_say(
    settings: Settings, manifest: Path, tmp_path: Path
):
    migrations = PROJECT_DIR / "warehouse" / "migrations"
    for path in migrations.glob("*.sql"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert draft(settings, manifest, "marts", tmp_path) is None


def test_comments_of_build_and_mart_are_equal(settings: Settings):
    query = """
        select c.relname, a.attname, col_description(c.oid, a.attnum), not a.attnotnull
        from pg_class as c inner join pg_attribute as a on c.oid = a.attrelid and a.attnum > 0
        where c.relnamespace = '{}'::regnamespace and c.relkind = 'r' and not a.attisdropped
            and c.relname <> 'publication'
        order by c.relname, a.attnum
    """
    assert rows(settings, query.format("build")) == rows(settings, query.format("mart"))


def test_the_data_dictionary_is_current(manifest: Path):
    page = PROJECT_DIR / "docs" / "data-dictionary.md"
    assert page.read_text(encoding="utf-8") == data_dictionary(manifest)


def test_every_member_has_a_profile_and_all_but_the_child_a_portrait(settings: Settings):
    assert rows(settings, "select count(*) from build.profile where kind = 'known'") == [(MEMBERS,)]
    assert rows(settings, "select count(*) from build.portrait") == [(MEMBERS - 1,)]
    child = "select count(lifecycle_stage), count(visit_stage) from build.profile where is_minor"
    assert rows(
        settings,
        child + " and not exists (select from build.portrait as t"
        " where t.profile_id = profile.profile_id)",
    ) == [(0, 0)]


def test_columns_of_later_releases_are_empty(settings: Settings, manifest: Path):
    columns = later_columns(manifest)
    filled = [
        (table, column)
        for table, column in sorted(columns)
        if rows(settings, f"select count({column}) from build.{table}") != [(0,)]  # noqa: S608 - ours
    ]
    assert filled == []


def test_orders_of_the_buyers_are_the_paid_orders(settings: Settings):
    buyers = rows(
        settings, "select sum(order_count), sum(net_total_fen) from intermediate.int_person_value"
    )
    orders = rows(
        settings,
        """
        select count(*), sum(total_fen) from intermediate.int_orders
        where paid_at is not null and status <> 'cancelled'
        """,
    )
    assert buyers == orders


def test_what_a_mart_counts_and_what_it_does_not_own_are_all_facts(settings: Settings):
    assert broken_laws(settings, LAST) == {}


def test_offers_respect_consent_and_opt_out(settings: Settings):
    wrong = rows(
        settings,
        """
        select n.profile_id
        from build.next_best_offer as n inner join build.profile as p using (profile_id)
        where not p.consent_marketing or p.personalisation_opt_out <> (n.rank = 0)
        """,
    )
    assert rows(settings, "select count(*) > 20 from build.next_best_offer") == [(True,)]
    assert wrong == []


def test_the_laws_of_growth_hold(built: tuple[Settings, Run]):
    settings, run = built
    variables = {"C360_DBT_RUN_ID": str(run.run_id), "C360_DBT_AS_OF": str(run.as_of)}
    result = run_dbt(settings, ["test", "--select", "path:tests/growth"], variables)
    assert result.counts == {"pass": 6}


def test_every_mart_is_read_by_its_readers_and_by_nobody_else(settings: Settings, manifest: Path):
    granted = rows(
        settings,
        """
        select c.relname, array_agg(r.rolname::text order by r.rolname)
        from pg_class as c
        cross join lateral aclexplode(c.relacl) as acl
        inner join pg_roles as r on acl.grantee = r.oid
        where c.relnamespace = 'mart'::regnamespace and c.relkind in ('r', 'v')
            and acl.privilege_type = 'SELECT' and acl.grantee <> c.relowner
        group by c.relname
        """,
    )
    readers = {name: set(roles) for name, roles in granted}
    for contract in read_contracts(manifest):
        assert readers[contract.name] == {*contract.readers, PUBLISHER}


READABLE = tuple(f"source.customer360.{schema}." for schema in ("identity", "ops", "offers"))
READ_RAW = {
    (name, "source.customer360.raw.record") for name in ("int_events", "int_touched_profile")
}
"""A window sent anew takes rows away, a run brings some: only raw knows which."""


def test_a_model_reads_the_layer_below_it(manifest: Path):
    nodes = json.loads(manifest.read_text(encoding="utf-8"))["nodes"]
    layers = {key: layer(node) for key, node in nodes.items() if node["resource_type"] == "model"}
    wrong = [
        (nodes[key]["name"], nodes[read]["name"] if read in nodes else read)
        for key, of in layers.items()
        for read in nodes[key]["depends_on"]["nodes"]
        if (layers.get(read) or read.split(".")[0]) not in MAY_READ[of]
        and not read.startswith(READABLE)
        and (nodes[key]["name"], read) not in READ_RAW
    ]
    assert wrong == []
    assert all(nodes[key]["group"] for key in layers)
    assert {nodes[key]["access"] for key, of in layers.items() if of == "marts"} == {"public"}


def test_the_unit_tests_of_the_models_pass(settings: Settings):
    result = run_dbt(settings, ["test", "--select", "test_type:unit"])
    assert result.counts.get("pass", 0) >= 15


def test_marketers_queries_run_on_mart(built: tuple[Settings, Run]):
    settings, run = built
    publish(settings, run.run_id)
    with connect(settings, "c360_marketer") as conn:
        best = conn.execute(
            """
            select n.profile_id, n.expected_value_fen, n.reason_zh
            from mart.next_best_offer n join mart.profile p using (profile_id)
            where n.offer_id = 'OF-COFFEE' and n.channel = 'mp_subscribe'
                and coalesce(p.last_contact_at, '-infinity') < current_timestamp - interval '7 days'
            order by n.expected_value_fen desc limit 5000
            """
        ).fetchall()
        why = conn.execute(
            """
            select stage, reason_code, valid_to from mart.offer_suppressed
            where profile_id = (select profile_id from mart.profile where is_minor limit 1)
                and offer_id = 'OF-COFFEE'
            """
        ).fetchall()
    assert best
    assert [row[:2] for row in why] == [("eligible", "minor")]


def test_an_overtaken_transform_commits_nothing(settings: Settings):
    variables = {"C360_DBT_AS_OF": str(LAST), "C360_DBT_FENCE": "999999"}
    before = rows(settings, "select oid from pg_class where relname = 'funnel_daily'")
    with pytest.raises(Fatal, match="taken over by a newer run"):
        run_dbt(settings, ["run", "--select", "funnel_daily"], variables)
    assert rows(settings, "select oid from pg_class where relname = 'funnel_daily'") == before


def test_a_failing_model_is_named_without_values(built: tuple[Settings, Run]):
    settings, run = built
    with connect(settings, LOGIN) as conn:
        conn.execute(
            "alter table intermediate.int_points rename column balance_after to was_renamed"
        )
    with pytest.raises(Fatal, match=r"^dbt could not build int_points"):
        build_layer(settings, run, "intermediate")


def test_a_run_without_a_closed_day_builds_nothing(built: tuple[Settings, Run]):
    settings, run = built
    with pytest.raises(Fatal, match="no day is closed yet"):
        build_layer(settings, Run(run.run_id, run.run_at, None, ()), "staging")
