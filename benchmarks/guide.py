"""The questions of docs/query-guide.md, asked of what a benchmark wrote."""

import re
from pathlib import Path

from warehouse.connection import Connection

BARS = {"1": ".12 s", "2": ".005 s"}
"""Of the questions that have one; by the number of the section."""

_SECTION = re.compile(r"^### (\d+)\. (.*?) ·.*?```sql\n(.*?)```", re.MULTILINE | re.DOTALL)
_SUBJECTS = """
select
    (select offer_id from mart.next_best_offer where channel = 'mp_subscribe'
        group by offer_id order by count(*) desc, offer_id limit 1),
    (select min(profile_id) from mart.portrait)
"""


def questions(guide: Path, conn: Connection) -> list[tuple[str, str, str]]:
    """Number, title and query of each question; the placeholders are an offer and a person.

    Looking up a person by an identifier is left out: it has a measurement of its own.
    """
    offer_id, profile_id = conn.execute(_SUBJECTS).fetchone() or ("", "")
    return [
        (number, title, query.replace("'X'", f"'{offer_id}'").replace("p_…", profile_id or ""))
        for number, title, block in _SECTION.findall(guide.read_text("utf-8"))
        for query in block.strip().split(";")
        if query.strip() and "find_profile" not in query
    ]


def identifiers(conn: Connection, count: int) -> list[tuple[str, ...]]:
    """Namespace, scope and value of identifiers of known persons, of every kind."""
    return conn.execute(
        """
        select i.namespace, i.scope, i.value
        from identity.identifier as i
        inner join mart.profile_identifier as p on i.identifier_id = p.identifier_id
        order by md5(i.identifier_id::text) limit %s
        """,
        (count,),
    ).fetchall()
