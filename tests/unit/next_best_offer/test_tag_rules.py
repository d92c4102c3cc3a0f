"""Rules of tags: what the seeds say of a portrait, and what is told when one is wrong."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from pipeline.offer_catalogue import portrait_columns, read_seed
from pipeline.tag_rules import compiled_tags, find_tag_problems
from settings import Settings, load_settings
from warehouse.errors import Fatal


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings({"C360_STATE_DIR": str(tmp_path / "state")})


@pytest.fixture
def own_rules(settings: Settings, tmp_path: Path) -> Settings:
    """The same with seeds of this test's own."""
    shutil.copytree(settings.project_dir / "dbt_project", tmp_path / "dbt_project")
    return replace(settings, project_dir=tmp_path)


def tags_of(settings: Settings, **portrait: object) -> dict[str, str]:
    """What the rules make of one portrait; features not named are null."""
    tags = json.loads(compiled_tags(settings))
    with duckdb.connect() as engine:
        shown = ", ".join(
            f"cast(${name} as {kind.split('(')[0].replace('text', 'varchar')}) as {name}"
            if name in portrait
            else f"null as {name}"
            for name, kind in portrait_columns(settings).items()
        )
        values = ", ".join(f"{tag['value']} as {key}" for key, tag in tags.items())
        query = f"select {values} from (select {shown}) as portrait"  # noqa: S608 - ours
        row = engine.execute(query, portrait).fetchone() or ()
    return {key: value for key, value in zip(tags, row, strict=True) if value is not None}


def add_rule(settings: Settings, line: str) -> None:
    path = settings.project_dir / "dbt_project" / "seeds" / "tag_rule.csv"
    path.write_text(path.read_text("utf-8") + line + "\n", "utf-8")


def test_every_tag_of_the_dictionary_is_compiled(settings: Settings):
    tags = json.loads(compiled_tags(settings))
    assert list(tags) == [row["tag_key"] for row in read_seed(settings, "tag_dictionary")]
    assert len({tag["version"] for tag in tags.values()}) == len(tags)


def test_nothing_is_known_of_nobody(settings: Settings):
    assert tags_of(settings) == {}


def test_the_first_rule_that_holds_gives_the_value(settings: Settings):
    found = tags_of(
        settings,
        life_order_count=0,
        cnt_30d_product_views=4,
        cnt_30d_visit_days=2,
        pref_hour="10",
        cart_is_open=True,
        pref_channel="app",
        pref_channel_share=0.4,
    )
    assert found == {
        "first_order": "engaged",
        "active_visitor": "monthly",
        "day_rhythm": "morning",
        "open_cart": "yes",
        "preferred_channel": "app",
    }


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("searcher,2,often,cnt_30d_search > 9", "no column 'cnt_30d_search'; did you mean"),
        ("searcher,two,often,cnt_30d_searches > 9", "position 'two' is no number"),
        ("searcher,2,=cnt_30d_seeks,cnt_30d_searches > 9", "no column 'cnt_30d_seeks'"),
        ("searcher,2,often,cnt_30d_searches > 'x'", "a number expected"),
        ("finder,1,yes,cnt_30d_searches > 9", "tag_dictionary.csv has no such tag"),
    ],
)
def test_a_wrong_rule_is_told_by_its_line_and_stops_the_build(
    own_rules: Settings, line: str, what: str
):
    lines = len(read_seed(own_rules, "tag_rule"))
    add_rule(own_rules, line)
    (problem,) = find_tag_problems(own_rules)
    assert (problem.file, problem.line) == ("tag_rule.csv", lines + 2)
    assert what in problem.what
    with pytest.raises(Fatal, match=f"tag_rule.csv, line {lines + 2}"):
        compiled_tags(own_rules)


def test_a_quote_in_a_value_stays_a_value(own_rules: Settings):
    add_rule(own_rules, "searcher,0,it's often,cnt_30d_searches >= 1")
    assert tags_of(own_rules, cnt_30d_searches=1)["searcher"] == "it's often"
