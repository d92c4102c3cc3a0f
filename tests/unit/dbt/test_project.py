"""Facts about the dbt project that need no database."""

import csv
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[3] / "dbt_project"
MODELS = sorted((PROJECT / "models").rglob("*.sql"))
MARTS = sorted(
    path
    for path in (PROJECT / "models" / "marts").rglob("*.yml")
    if not path.stem.endswith(".unit")
)
VERBS = {
    *("launch", "show", "hide", "page_view", "product_view", "search", "cart_add", "share"),
    *("checkout_start", "order_paid", "login_wall", "coupon_claim", "click", "install"),
    *("sign_in", "sign_out", "push_received", "push_tapped", "follow", "unfollow"),
    *("menu_click", "message", "other"),
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def seed(name: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def mart(path: Path) -> dict[str, Any]:
    models: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    assert len(models) == 1
    return models[0]


def descriptions(model: dict[str, Any]) -> dict[str, str]:
    return {column["name"]: column["description"] for column in model["columns"]}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_says_its_grain_and_stays_small(path: Path):
    text = path.read_text(encoding="utf-8")
    lines = text.rstrip().splitlines()
    assert lines[0].startswith("-- Grain: ")
    assert len(lines) <= 120
    assert len(re.findall(r"^\w+ as \($", text, re.MULTILINE)) <= 8


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_reads_no_clock(path: Path):
    assert not re.search(
        r"\b(now\(|current_date|current_timestamp|clock_timestamp)", path.read_text()
    )


@pytest.mark.parametrize(
    "path", [*MODELS, *sorted((PROJECT / "macros").rglob("*.sql"))], ids=lambda path: path.stem
)
def test_no_list_is_read_again_for_each_row(path: Path):
    """PostgreSQL hashes the list of `not in` only while it expects it to fit into memory.

    Of 200,000 persons one did not, and a model of a minute was stopped after four.
    """
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"not in \(\s*select(?! distinct\b)", text)


@pytest.mark.parametrize("path", MARTS, ids=lambda path: path.stem)
def test_every_column_is_described_in_both_languages(path: Path):
    model = mart(path)
    texts = {model["name"]: model["description"], **descriptions(model)}
    assert {name for name, text in texts.items() if not CHINESE.search(text)} == set()
    assert {name for name, text in texts.items() if not re.match(r"[\w(/ ]", text)} == set()
    assert {name for name, text in texts.items() if ". " not in text} == set()


@pytest.mark.parametrize("path", MARTS, ids=lambda path: path.stem)
def test_a_mart_names_its_key(path: Path):
    model = mart(path)
    key = model["config"]["meta"]["primary_key"]
    assert {"type": "primary_key", "columns": key} in model["constraints"]
    assert set(key) <= set(descriptions(model))


def test_profile_has_at_most_fifty_columns():
    assert len(mart(PROJECT / "models" / "marts" / "profile" / "profile.yml")["columns"]) <= 50


def test_a_snapshot_holds_every_feature_of_the_portrait_as_it_is():
    folder = PROJECT / "models" / "marts" / "portrait"
    features, frozen = (
        {column["name"]: column for column in mart(folder / f"{name}.yml")["columns"]}
        for name in ("portrait", "portrait_snapshot")
    )
    assert frozen.keys() - features.keys() == {"month_end", "as_of"}
    assert {
        name for name in features if frozen[name]["data_type"] != features[name]["data_type"]
    } == set()


def test_a_scene_has_one_group():
    codes = [row["scene_code"] for row in seed("scene")]
    assert len(codes) == len(set(codes)) > 140
    assert {row["scene_code"] for row in seed("scene") if row["scene_group"] == "exclude"} >= {
        "1129",
        "1030",
    }


def test_event_names_map_to_the_common_vocabulary():
    rows = seed("event_verb")
    assert {row["verb"] for row in rows} <= VERBS
    keys = [(row["source"], row["event_name"]) for row in rows]
    assert len(keys) == len(set(keys))


def test_every_cell_of_recency_and_frequency_has_a_segment():
    cells = {(row["recency_score"], row["frequency_score"]) for row in seed("rfm_segment")}
    assert cells == {(r, f) for r in "12345" for f in "12345"}


def test_offers_use_channels_that_exist_and_a_fallback_is_among_them():
    channels = {row["channel"] for row in seed("contact_channel")}
    offers = seed("offer_catalogue")
    assert all(set(offer["channels"].split("|")) <= channels for offer in offers)
    assert any(offer["is_fallback"] == "true" for offer in offers)
    assert len({offer["kind"] for offer in offers}) == 10


def test_an_offer_is_worth_more_than_it_costs():
    assert all(int(o["value_fen"]) > int(o["redemption_cost_fen"]) for o in seed("offer_catalogue"))


def test_every_obstacle_has_a_reason_with_a_stage():
    reasons = {row["reason_code"]: row for row in seed("reason")}
    offers = PROJECT / "models/intermediate/offers"
    decision = (offers / "int_offer_candidate.sql").read_text()
    decision += (offers / "decision/int_offer_choice.sql").read_text()
    obstacles = (PROJECT / "macros" / "first_obstacle.sql").read_text()
    used = set(re.findall(r"then '(\w+)'", obstacles + decision))
    used |= {row["reason_code"] for row in seed("offer_rule")}
    used -= {"generic", "fallback", "explore"}
    kinds = {"person", "offer", "reject", "impression"}
    used |= {row["reason_code"] for row in seed("contact_policy") if row["kind"] in kinds}
    assert used <= set(reasons)
    assert {code for code in used if not reasons[code]["stage"]} == set()


def test_every_reason_of_an_offer_has_a_text():
    reasons = {row["reason_code"]: row for row in seed("reason")}
    chosen = (PROJECT / "models" / "marts" / "offers" / "next_best_offer.sql").read_text()
    used = set(re.findall(r"then '(\w+)' end", chosen)) | set(
        re.findall(r"array\['(\w+)'\]", chosen)
    )
    assert used
    assert all(
        CHINESE.search(reasons[code]["text_zh"]) and reasons[code]["text_en"] for code in used
    )
