"""Reads the catalogue of offers: dbt's seeds, and the contract that rules are typed by."""

import csv
import json

import yaml

from next_best_offer.catalogue import Catalogue, compile_rules
from settings import Settings


def read_catalogue(settings: Settings) -> Catalogue:
    """The catalogue as its files say it, unchecked."""
    return Catalogue(
        offers=read_seed(settings, "offer_catalogue"),
        rules=read_seed(settings, "offer_rule"),
        targets=read_seed(settings, "offer_target"),
        channels=read_seed(settings, "contact_channel"),
        policies=read_seed(settings, "contact_policy"),
        reasons={row["reason_code"]: row["stage"] for row in read_seed(settings, "reason")},
        columns=portrait_columns(settings),
    )


def compiled_rules(settings: Settings) -> str:
    """The compiled rules as JSON, for the model that asks them of every person."""
    return json.dumps(compile_rules(read_catalogue(settings)))


def read_seed(settings: Settings, name: str) -> list[dict[str, str]]:
    """The rows of one of dbt's seeds, as text."""
    path = settings.project_dir / "dbt_project" / "seeds" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def portrait_columns(settings: Settings) -> dict[str, str]:
    """The columns that rules may name, with their types."""
    marts = settings.project_dir / "dbt_project" / "models" / "marts"
    text = (marts / "portrait" / "portrait.yml").read_text(encoding="utf-8")
    model = yaml.load(text, Loader=yaml.CSafeLoader)["models"][0]
    return {
        column["name"]: column["data_type"]
        for column in model["columns"]
        if column["name"] != "profile_id"
    }
