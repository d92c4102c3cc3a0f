"""What loading several files one after the other shares: connections, engine, lists."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contract import Contract
from ingestion.engine import Engine, LateEngine, leave_out_pandas, open_engine
from ingestion.identification import Identification, Registers
from ingestion.junk_settings import junk_lists
from ingestion.records import BlockParser
from settings import Account, Settings, accounts
from warehouse.connection import Connection, connect
from warehouse.dictionary import register_identifiers, register_sets
from warehouse.raw_records import ensure_months, prepare_session

ROLE = "c360_ingest"


@dataclass
class _Parsers:
    """The parsers of one engine, each made once."""

    engine: duckdb.DuckDBPyConnection
    accounts: Sequence[Account]
    made: dict[tuple[str, str, int, date], BlockParser] = field(default_factory=dict)

    def of(self, contract: Contract, arrival_day: date) -> BlockParser:
        key = (contract.source, contract.kind, contract.version, arrival_day)
        if key not in self.made:
            self.made[key] = BlockParser(self.engine, contract, self.accounts, arrival_day)
        return self.made[key]


@dataclass
class Session:
    """Open connections and engine of a loader; use `open_session`.

    `loads` carries the transaction of the file being loaded. `numbers` commits every statement at
    once, so new identifiers and partitions never stay locked while a long file is read. Parsers
    run on engines of their own, which do nothing else, so that their plans stay; each serves one
    thread at a time.
    """

    settings: Settings
    loads: Connection
    numbers: Connection
    engine: Engine
    accounts: Sequence[Account]
    identification: Identification
    _stack: ExitStack
    _free: list[_Parsers] = field(default_factory=list)
    _months: set[tuple[str, date]] = field(default_factory=set)

    @contextmanager
    def parser(self, contract: Contract, arrival_day: date) -> Iterator[BlockParser]:
        """A parser of the contract for one thread, kept for the next."""
        try:
            parsers = self._free.pop()
        except IndexError:
            parsers = _Parsers(self._stack.enter_context(open_engine()), self.accounts)
        try:
            yield parsers.of(contract, arrival_day)
        finally:
            self._free.append(parsers)

    def registers(self, arrival_day: date) -> Registers:
        """Give identifiers that come with a load of this day their numbers."""

        def identifiers(wanted: pa.Table) -> pa.Table:
            return register_identifiers(self.numbers, wanted, arrival_day)

        def sets(wanted: pa.Table) -> pa.Table:
            return register_sets(self.numbers, wanted)

        return Registers(identifiers, sets)

    def ensure_months(self, source: str, days: pa.ChunkedArray) -> None:
        """Makes the partitions of these event days that are not known to be there."""
        months = {day.replace(day=1) for day in pc.unique(days).to_pylist()}
        missing = {month for month in months if (source, month) not in self._months}
        if missing:
            ensure_months(self.numbers, source, missing)
            self._months |= {(source, month) for month in missing}


@contextmanager
def open_session(settings: Settings) -> Iterator[Session]:
    """A session for one process; files are loaded one after the other."""
    leave_out_pandas()
    with (
        connect(settings, ROLE, stage="ingest") as loads,
        connect(settings, ROLE, stage="ingest:numbers", autocommit=True) as numbers,
        closing(LateEngine()) as engine,
        ExitStack() as stack,
    ):
        prepare_session(loads)
        # What refers to a number is committed later and flushed with it.
        numbers.execute("set synchronous_commit = off")
        # Its statements look rows up by their keys. A plan is kept while tables grow from nothing.
        numbers.execute("set enable_seqscan = off")
        yield Session(
            settings,
            loads,
            numbers,
            engine,
            accounts(settings.config_dir),
            Identification(junk_lists(settings.config_dir)),
            stack,
        )
