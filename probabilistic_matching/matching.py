"""Train a model on records and score their pairs, with Splink on DuckDB."""

import json
import logging
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from probabilistic_matching import pinyin
from probabilistic_matching.plan import FieldKind, Plan
from warehouse.errors import Fatal

SEED = 1
SAMPLED_PAIRS = 2_000_000
_QUIET = logging.WARNING


def read_records(path: Path, plan: Plan) -> pa.Table:
    """Return the records of a CSV or Parquet file as texts, derived columns included.

    Raises:
        Fatal: the file cannot be read, lacks a column, or names a record twice.
    """
    reader = "read_parquet" if path.suffix == ".parquet" else "read_csv"
    options = "" if path.suffix == ".parquet" else ", all_varchar = true"
    wanted = [plan.record_id, *plan.fields]
    texts = ", ".join(f'nullif(trim("{name}"::varchar), \'\') as "{name}"' for name in wanted)
    query = f"select {texts} from {reader}($path{options})"  # noqa: S608 - names of the plan
    try:
        with duckdb.connect() as conn:
            records = conn.sql(query, params={"path": str(path)}).to_arrow_table()
    except duckdb.Error as error:
        message = f"cannot read {path.name} with the columns {', '.join(wanted)}"
        raise Fatal(f"{message}: {type(error).__name__}") from None
    if len(records[plan.record_id].unique()) != len(records) or records[plan.record_id].null_count:
        raise Fatal(f"{plan.record_id} must name every record of {path.name} once")
    return _with_pinyin(records, plan)


def _with_pinyin(records: pa.Table, plan: Plan) -> pa.Table:
    for name, kind in plan.fields.items():
        if kind is FieldKind.CHINESE_NAME:
            names = records[name].combine_chunks()
            records = records.append_column(f"{name}_pinyin", pinyin.spelt(names))
            records = records.append_column(f"{name}_initials", pinyin.initials(names))
    return records


def train(records: pa.Table, plan: Plan) -> dict[str, Any]:
    """Return the model: a JSON document that holds no record."""
    linker = _linker(records, _settings(plan))
    training = linker.training
    certain = [block_on(*entry) for entry in plan.certain]
    training.estimate_probability_two_random_records_match(certain, recall=plan.recall)
    training.estimate_u_using_random_sampling(max_pairs=SAMPLED_PAIRS, seed=SEED)
    for entry in plan.training:
        training.estimate_parameters_using_expectation_maximisation(block_on(*entry))
    model: dict[str, Any] = linker.misc.save_model_to_json()
    return model


def score(records: pa.Table, model: dict[str, Any], plan: Plan) -> pa.Table:
    """Return left, right (record ids, left < right) and probability of the pairs worth a look."""
    linker = _linker(records, json.loads(json.dumps(model)))
    predicted = linker.inference.predict(threshold_match_probability=plan.thresholds.review)
    one, other = f'"{plan.record_id}_l"', f'"{plan.record_id}_r"'
    pairs = predicted.as_duckdbpyrelation().select(
        f"least({one}, {other}) as left_id, greatest({one}, {other}) as right_id,"
        " match_probability as probability"
    )
    table: pa.Table = pairs.order("probability desc, left_id, right_id").to_arrow_table()
    return table


def _linker(records: pa.Table, settings: Any) -> Linker:  # noqa: ANN401 - Splink's own union
    api = DuckDBAPI(connection=duckdb.connect())
    return Linker(api.register(records), settings, log_level=_QUIET)


def _settings(plan: Plan) -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name=plan.record_id,
        comparisons=[_comparison(name, kind) for name, kind in plan.fields.items()],
        blocking_rules_to_generate_predictions=[block_on(*entry) for entry in plan.blocking],
        retain_matching_columns=False,
    )


def _comparison(name: str, kind: FieldKind) -> Any:  # noqa: ANN401 - Splink's own classes
    simple = {
        FieldKind.NAME: lambda: comparisons.NameComparison(name),
        FieldKind.DATE: lambda: comparisons.DamerauLevenshteinAtThresholds(name, [1, 2]),
        FieldKind.CODE: lambda: comparisons.DamerauLevenshteinAtThresholds(name, [1, 2]),
        FieldKind.TEXT: lambda: comparisons.JaroWinklerAtThresholds(name, [0.9, 0.7]),
        FieldKind.EMAIL: lambda: comparisons.EmailComparison(name),
        FieldKind.CATEGORY: lambda: comparisons.ExactMatch(name).configure(
            term_frequency_adjustments=True
        ),
        FieldKind.CHINESE_NAME: lambda: _chinese_name(name),
    }
    return simple[kind]()


def _chinese_name(name: str) -> Any:  # noqa: ANN401 - Splink's own class
    """Compare characters first, then their sound, then how they nearly sound."""
    return comparisons.CustomComparison(
        output_column_name=name,
        comparison_levels=[
            levels.NullLevel(name),
            levels.ExactMatchLevel(name),
            levels.ExactMatchLevel(f"{name}_pinyin"),
            levels.JaroWinklerLevel(f"{name}_pinyin", 0.9),
            levels.ElseLevel(),
        ],
    )
