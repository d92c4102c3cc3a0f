"""What records show by their keys is what each shows by itself."""

import json
import random
from collections import defaultdict
from hashlib import blake2b

import duckdb
import numpy as np
import pyarrow as pa

from identifiers import JunkLists, normalise_namespace
from ingestion.contract import Contract, all_contracts
from ingestion.engine import open_engine
from ingestion.identification import MAX_IDENTIFIERS, Identification, Register, Registers
from ingestion.record_query import record_query, shown_query
from ingestion.text_query import TextQuery
from tests.property.ingestion.test_fuzzed_parsers import ACCOUNTS, ARRIVAL, document

RECORDS = 60


def number(*parts: object) -> int:
    """The same for the same parts, whoever asks when."""
    return int.from_bytes(blake2b(repr(parts).encode(), digest_size=6).digest())


def by_content(name: str) -> Register:
    def register(rows: pa.Table) -> pa.Table:
        numbers = [number(*row.values()) for row in rows.to_pylist()]
        return rows.append_column(name, pa.array(numbers, pa.int64()))

    return register


REGISTERS = Registers(by_content("identifier_id"), by_content("identifier_set_id"))

Set = dict[tuple[str, str, str], int]


def sets_one_by_one(contract: Contract, texts: pa.Table) -> dict[int, Set]:
    """Each record's identifiers with their smallest strength, without any key."""
    query = shown_query(contract, ACCOUNTS)
    if query is None:
        return {}
    with open_engine() as engine:
        engine.register("json_text", texts)
        rows = engine.execute(query.sql, query.parameters).fetchall()
    found: dict[int, Set] = defaultdict(dict)
    for k, namespace, scope, value, strength in rows:
        normal = normalise_namespace(namespace, pa.array([value], pa.string()), JunkLists())[0]
        name = (namespace, scope, normal.as_py())
        if name[2] is not None:
            found[k][name] = min(strength, found[k].get(name, strength))
    return found


def expected(shown: Set | None) -> int | None:
    if not shown:
        return None
    members = sorted((number(*name), strength) for name, strength in shown.items())
    return number([one for one, _ in members], [strength for _, strength in members])


def identified(
    engine: duckdb.DuckDBPyConnection, contract: Contract, texts: pa.Table
) -> list[tuple[int | None, bool]]:
    """Number of each record's set, and whether it shows too many; found by keys."""
    read = TextQuery(engine, record_query(contract, ACCOUNTS, ARRIVAL)).run(texts)
    shown = shown_query(contract, ACCOUNTS)
    assert shown is not None
    query = TextQuery(engine, shown)

    def take_apart(places: np.ndarray) -> pa.Table:
        asked.append(len(places))
        numbers = pa.array(range(len(places)), pa.int32())
        return query.run(texts.take(pa.array(places)).set_column(0, "k", numbers))

    asked: list[int] = []
    identification = Identification(JunkLists())
    keys = read["shown_key"].combine_chunks()
    first = identification.identify("c", keys, take_apart, REGISTERS)
    again = identification.identify("c", keys, take_apart, REGISTERS)
    assert asked == [len(set(keys.to_pylist()))], "what is known is not taken apart again"
    assert again.set_ids.equals(first.set_ids)
    return list(zip(first.set_ids.to_pylist(), first.is_too_many.tolist(), strict=True))


def test_records_of_one_key_show_the_same() -> None:
    compared = 0
    contracts = [contract for contract in all_contracts() if contract.identifiers]
    with open_engine() as engine:
        for seed, contract in enumerate(contracts[::2]):
            chance = random.Random(seed)
            some = [json.dumps(document(contract, chance)) for _ in range(RECORDS // 2)]
            # Others that show the same, and differ elsewhere.
            more = [text[:-1] + f', "zz": {place}}}' for place, text in enumerate(some)]
            lines = [text.replace("{, ", "{") for text in [*some, *more]]
            k = pa.array(range(len(lines)), pa.int32())
            texts = pa.table({"k": k, "line_number": k.cast(pa.int64()), "text": lines})
            alone = sets_one_by_one(contract, texts)
            for one, (set_id, is_too_many) in enumerate(identified(engine, contract, texts)):
                assert is_too_many == (len(alone.get(one, ())) > MAX_IDENTIFIERS)
                wanted = None if is_too_many else expected(alone.get(one))
                assert set_id == wanted, (contract.kind, lines[one])
                compared += set_id is not None
    assert compared > RECORDS
