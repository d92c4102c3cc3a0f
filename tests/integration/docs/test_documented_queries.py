"""Every query a person is told to try runs, as the role that person has."""

import re
from pathlib import Path

import pytest
from psycopg import Connection

from settings import Settings
from warehouse.connection import LOGIN, connect

PROJECT = Path(__file__).resolve().parents[3]
PAGES = ("README.md", "README.zh-CN.md", "docs/query-guide.md")


def queries_of(page: str) -> list[str]:
    blocks = re.findall(r"```sql\n(.*?)```", (PROJECT / page).read_text("utf-8"), flags=re.DOTALL)
    return [query for block in blocks for query in block.split(";") if query.strip()]


@pytest.fixture
def marketer(warehouse_settings: Settings) -> Connection:
    conn = connect(warehouse_settings, LOGIN, autocommit=True)
    conn.execute("set role c360_marketer")
    return conn


@pytest.mark.parametrize("page", PAGES)
def test_documented_queries_run(marketer: Connection, page: str):
    queries = queries_of(page)
    assert queries
    for query in queries:
        marketer.execute(query.encode())
    marketer.close()


def test_marketer_reads_marts_only(marketer: Connection):
    readable = marketer.execute(
        """
        select distinct table_schema from information_schema.tables
        where table_schema not in ('pg_catalog', 'information_schema')
        """
    ).fetchall()
    assert readable == [("mart",)]
    marketer.close()
