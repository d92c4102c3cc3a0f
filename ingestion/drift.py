"""Fields that lines have and their contract does not name: kept in the row, and reported.

Looked for in the database once per run, in sets, so that loading pays nothing for it. An object no
contract names is reported as one field; what is under it is not. Key names can be made by people,
so digits that could be a number of theirs are masked.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import chain

from ingestion.contract import Contract, IdentifierField, ScopeByField, load_contract
from ingestion.contract_places import contract_dirs
from ingestion.expressions import path_keys
from settings import Settings
from warehouse.connection import Connection, connect
from warehouse.errors import Fatal
from warehouse.kinds import KeyCount, count_keys, kinds_of_loads, write_unknown_fields

ROLE = "c360_ingest"
MAX_FIELD_LENGTH = 120
SAMPLE_ROWS = 1_000
_NUMBER_OF_SOMEBODY = re.compile(r"\d{6,}")
_INDEX = re.compile(r"(\[(\d+|\*)\])+$")

Path = tuple[str, ...]


def note_unknown_fields(settings: Settings, load_ids: Sequence[int]) -> int:
    """Writes the unknown fields of some loads to `ops.unknown_field`; gives how many there are.

    Doing it again ends in the same rows.
    """
    found: dict[tuple[int, str], int] = defaultdict(int)
    with connect(settings, ROLE, stage="drift") as conn:
        for source, kind, loads in kinds_of_loads(conn, load_ids):
            try:
                contract = load_contract(source, kind, *contract_dirs(settings.config_dir))
            except Fatal:
                continue  # a kind that has no contract any more is not judged
            known = KnownFields(contract)
            for key in _beyond(conn, loads, known):
                parent = known.parents[key.parent]
                found[key.load_id, shown(*parent, key.key)] += key.rows
        write_unknown_fields(conn, load_ids, ((*key, rows) for key, rows in found.items()))
    return len({field for _, field in found})


def _beyond(conn: Connection, loads: Sequence[int], known: "KnownFields") -> list[KeyCount]:
    """The unknown keys of all rows. A sample first tells which keys are usual and known.

    Taking the usual keys away leaves nothing of most rows, so few keys are counted one by one.
    """
    if not known.parents:
        return []
    objects: list[tuple[Path, list[str]]] = [(parent, []) for parent in known.parents]
    for key in count_keys(conn, loads, objects, at_most=SAMPLE_ROWS):
        parent, usual = objects[key.parent]
        if known.names(parent, key.key) and key.key not in usual:
            usual.append(key.key)
    rest = count_keys(conn, loads, objects)
    return [key for key in rest if not known.names(known.parents[key.parent], key.key)]


class KnownFields:
    """The fields a contract names anywhere; `*` in `known_fields` stands for any text."""

    def __init__(self, contract: Contract) -> None:
        """`parents` are the objects whose keys are to be looked at; () is the record itself."""
        self._patterns: dict[Path, set[str]] = defaultdict(set)
        for path in _named_paths(contract):
            keys = tuple(_INDEX.sub("", key) for key in path_keys(path.removesuffix("?")))
            for depth, key in enumerate(keys):
                self._patterns[keys[:depth]].add(key)
        for path in contract.known_fields:  # what is under a known field is known too
            self._patterns[tuple(path_keys(path))].add("*")
        self.parents = sorted(filter(self._is_closed, self._patterns))

    def _is_closed(self, parent: Path) -> bool:
        above = (parent[:depth] for depth in range(len(parent) + 1))
        return not any("*" in self._patterns.get(path, ()) for path in above)

    def names(self, parent: Path, key: str) -> bool:
        """Whether the contract names this key of this object."""
        patterns = self._patterns[parent]
        return key in patterns or any(fnmatchcase(key, p) for p in patterns if "*" in p)


def shown(*keys: str) -> str:
    """A path as people read it, without what could be somebody's number."""
    text = "".join(c if c.isprintable() else "?" for c in ".".join(keys))
    return _NUMBER_OF_SOMEBODY.sub("#", text)[:MAX_FIELD_LENGTH]


def _named_paths(contract: Contract) -> Iterator[str]:
    """Every path of the contract, whatever it is named for."""
    yield from contract.known_fields
    yield from (*contract.key_paths, *contract.fallback_key, *contract.transport_fields)
    yield from (*contract.event_time.path, *contract.event_name)
    yield from contract.received_time.path if contract.received_time else ()
    if contract.account is not None:
        yield from contract.account.path or contract.account.original_id or ()
    yield from (*contract.types, *contract.personal_data)
    yield from chain(*contract.required, *contract.must_equal)
    conditions = (contract.accept, contract.drop_identifiers, *contract.refuse)
    yield from (when.path for when in conditions if when is not None)
    yield from chain.from_iterable(map(_paths_of_identifier, contract.identifiers))


def _paths_of_identifier(spec: IdentifierField) -> Iterator[str]:
    yield from spec.path
    yield from filter(None, (spec.under, spec.each))
    yield from spec.scope.path if isinstance(spec.scope, ScopeByField) else ()
    yield from re.findall(r"\{([^}]+)\}", spec.join or "")
    by_field = (spec.strength, spec.namespace, spec.when)
    yield from (named.path for named in by_field if named and not isinstance(named, (int, str)))
