"""Score the profiles of the warehouse against planted truth."""

from pathlib import Path

import pyarrow as pa

from evaluation.scoring import Evaluation, compare
from evaluation.truth import read_truth
from settings import Settings
from warehouse.columns import copy_out
from warehouse.connection import connect
from warehouse.errors import database_errors_without_values

ROLE = "c360_identity"

_MAP = """
select i.namespace, i.scope, i.value, m.profile_id
from identity.identifier_profile as m
inner join identity.identifier as i on m.identifier_id = i.identifier_id
where m.valid_to is null
"""
_MAP_SCHEMA = pa.schema([(name, pa.string()) for name in ("namespace", "scope", "value", "id")])


def evaluate_warehouse(settings: Settings, truth_dir: Path) -> Evaluation:
    """Score the current map against `identifier.csv` and `person.csv` of `truth_dir`."""
    with (
        database_errors_without_values(),
        connect(settings, ROLE, stage="identity:evaluate") as conn,
    ):
        found = copy_out(conn, _MAP, _MAP_SCHEMA)
    *names, ids = (found[name].to_pylist() for name in found.column_names)
    profile_id = dict(zip(zip(*names, strict=True), ids, strict=True))
    return compare(*read_truth(truth_dir), profile_id)
