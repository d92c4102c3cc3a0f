"""Matching finds the people of sets with known truth, and Chinese names in any script."""

import csv
import json
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

pytest.importorskip("splink", reason="the extra `probabilistic` is not installed")

from typer.testing import CliRunner

from c360.cli.match import app
from identity_resolution.clustering import components
from identity_resolution.graph import integers
from probabilistic_matching import matching, pinyin
from probabilistic_matching.plan import Plan
from warehouse.errors import Fatal

NAMES = ("given_name", "surname")
FAKE = Plan.model_validate(
    {
        "record_id": "unique_id",
        "fields": {
            "first_name": "name",
            "surname": "name",
            "dob": "date",
            "city": "category",
            "email": "email",
        },
        "blocking": [["first_name"], ["surname"], ["dob"], ["email"]],
        "training": [["first_name", "surname"], ["dob"]],
        "certain": [["first_name", "dob"], ["surname", "dob"], ["email"]],
    }
)
FEBRL = Plan.model_validate(
    {
        "record_id": "rec_id",
        "fields": {
            "given_name": "name",
            "surname": "name",
            "date_of_birth": "date",
            "soc_sec_id": "code",
            "street_number": "category",
            "postcode": "code",
            "address_1": "text",
            "suburb": "text",
        },
        "blocking": [
            *([name] for name in ("soc_sec_id", "date_of_birth", "address_1")),
            ["given_name", "surname"],
            *([name, "postcode"] for name in (*NAMES, "street_number")),
            *([name, "suburb"] for name in (*NAMES, "street_number")),
        ],
        "training": [["date_of_birth"], ["given_name", "surname"], ["soc_sec_id"]],
        "certain": [["soc_sec_id"]],
        "recall": 0.9,
    }
)


def _precision_recall_f1(
    records: pa.Table, pairs: pa.Table, plan: Plan, truth: str, threshold: float
) -> tuple[float, float, float]:
    """Score the pairs within profiles, as they are once the links above the threshold are used."""
    kept = pairs.filter(pc.greater_equal(pairs["probability"], threshold))
    ids = records[plan.record_id].cast(pa.string()).combine_chunks()
    left, right = (integers(pc.index_in(kept[side], ids)) for side in ("left_id", "right_id"))
    profile = components(len(ids), left, right).tolist()
    person = records[truth].to_pylist()
    found, real, right_pairs = (
        sum(n * (n - 1) // 2 for n in Counter(labels).values())
        for labels in (profile, person, zip(profile, person, strict=True))
    )
    precision, recall = right_pairs / found, right_pairs / real
    return precision, recall, 2 * precision * recall / (precision + recall)


def _measured(path: Path, plan: Plan, truth: str, threshold: float) -> tuple[float, float, float]:
    texts = matching.read_records(path, plan)
    pairs = matching.score(texts, matching.train(texts, plan), plan)
    return _precision_recall_f1(pq.read_table(path), pairs, plan, truth, threshold)


def test_fake_1000_at_one_half_and_at_the_default_threshold(shared_data: Path) -> None:
    path = shared_data / "identity" / "fake_1000.parquet"
    *_, f1 = _measured(path, FAKE, "cluster", 0.5)
    assert f1 >= 0.927
    precision, recall, _ = _measured(path, FAKE, "cluster", FAKE.thresholds.link)
    assert precision >= 0.99
    assert recall >= 0.75


def test_febrl3(shared_data: Path) -> None:
    *_, f1 = _measured(shared_data / "identity" / "febrl3.parquet", FEBRL, "entity", 0.5)
    assert f1 >= 0.999


def test_febrl4(shared_data: Path, tmp_path: Path) -> None:
    halves = [
        pq.read_table(shared_data / "identity" / f"febrl4{half}.parquet") for half in ("a", "b")
    ]
    path = tmp_path / "febrl4.parquet"
    pq.write_table(pa.concat_tables(halves), path)
    *_, f1 = _measured(path, FEBRL, "entity", 0.5)
    assert f1 >= 0.999


def test_names_meet_whatever_their_script_and_order() -> None:
    names = pa.array(["张伟", "張偉", "Zhang Wei", "WEI  ZHANG", "王芳", " ", None])
    spelt = pinyin.spelt(names).to_pylist()
    assert spelt[:4] == ["wei zhang"] * 4
    assert spelt[4:] == ["fang wang", None, None]
    assert pinyin.initials(names).to_pylist()[:5] == [*["wz"] * 4, "fw"]


CHINESE = """
record_id: id
fields: {name: chinese_name, born: date, city: category}
blocking: [[name_pinyin], [born], [name_initials, city]]
training: [[born], [name_pinyin]]
certain: [[name_pinyin, born]]
"""


def _chinese_records(path: Path) -> None:
    families, given = "王李张刘陈杨黄赵吴周", "伟芳娜敏静丽强磊军洋"
    rows = []
    for number in range(100):
        name = families[number % 10] + given[number // 10]
        born, city = (
            f"19{50 + number % 50}-0{1 + number % 9}-1{number % 7}",
            "上海北京"[number % 3 :],
        )
        latin = pinyin.spelt(pa.array([name]))[0].as_py().title()
        rows += [(f"a{number}", name, born, city), (f"b{number}", latin, born, city)]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("id", "name", "born", "city"), *rows])


def test_the_commands_train_score_and_review(tmp_path: Path) -> None:
    _chinese_records(tmp_path / "crm.csv")
    (tmp_path / "plan.yml").write_text(CHINESE)
    run = CliRunner().invoke
    files = [str(tmp_path / "crm.csv"), "--plan", str(tmp_path / "plan.yml")]
    folder = ["--folder", str(tmp_path / "out")]
    assert isinstance(run(app, ["score", *files, *folder]).exception, Fatal)
    assert run(app, ["train", *files, *folder]).exit_code == 0
    scored = run(app, ["score", *files, *folder])
    assert scored.exit_code == 0, scored.output
    links = (tmp_path / "out" / "links.jsonl").read_text().splitlines()
    pairs = {(line["left_id"], line["right_id"]) for line in map(json.loads, links)}
    right = {(f"a{number}", f"b{number}") for number in range(100)}
    assert len(pairs & right) >= 95
    assert len(pairs - right) <= 1
    assert run(app, ["review", *folder]).exit_code == 0
    model = (tmp_path / "out" / "model.json").read_text()
    assert "张伟" not in model


def test_a_repeated_record_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "crm.csv"
    path.write_text("unique_id,first_name,surname,dob,city,email\n1,a,b,,,\n1,a,c,,,\n")
    with pytest.raises(Fatal, match="must name every record"):
        matching.read_records(path, FAKE)
