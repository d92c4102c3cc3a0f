"""The data dictionary of the published tables, written from dbt's contracts."""

import json
from pathlib import Path

from warehouse.mart_contract import MartContract, read_contracts

_HEAD = """# Data dictionary 数据字典

The tables of schema `mart`, from the contracts of the dbt models that make them. `later` marks
a column that is part of the contract already and stays null until the release that fills it.
Moments are UTC, days are Asia/Shanghai, money is fen.
标为 later 的列已列入合约，目前为空；时间为 UTC，日期为北京时间，金额单位为分。
"""


def data_dictionary(manifest_path: Path) -> str:
    """The page in Markdown: one section for each mart, one row for each column."""
    later = later_columns(manifest_path)
    sections = [_section(contract, later) for contract in read_contracts(manifest_path)]
    return "\n".join([_HEAD, *sections])


def later_columns(manifest_path: Path) -> set[tuple[str, str]]:
    """(table, column) of what a later release fills; null until then."""
    manifest = json.loads(manifest_path.read_text(encoding="utf-8"))
    return {
        (node["alias"], name)
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        for name, column in node["columns"].items()
        if column["config"].get("meta", {}).get("later")
    }


def _section(contract: MartContract, later: set[tuple[str, str]]) -> str:
    lines = [
        f"## {contract.name}\n",
        f"{contract.comment} Key: {', '.join(f'`{name}`' for name in contract.key)}.\n",
        "| column | type | null | meaning |",
        "|---|---|---|---|",
    ]
    for column in contract.columns:
        is_later = (contract.name, column.name) in later
        null = "later" if is_later else "no" if column.is_required else "yes"
        lines.append(f"| {column.name} | {column.type} | {null} | {column.comment} |")
    return "\n".join(lines) + "\n"
