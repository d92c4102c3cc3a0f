"""The report and the summary tell the state of the warehouse, in numbers only."""

import re
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from c360.report import write_report
from c360.summary import QUERIES, print_summary
from settings import Settings
from warehouse.connection import connect
from warehouse.errors import Fatal
from warehouse.figures import read_figures


class Page(HTMLParser):
    """Collects tags, addresses and texts, and checks that tags close."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for name, v in attrs if name in {"src", "href", "xlink:href"}]


@pytest.fixture
def html(published: Settings, tmp_path: Path) -> str:
    return write_report(published, 2, tmp_path / "reports" / "run.html").read_text("utf-8")


def test_the_report_loads_nothing_from_anywhere(html: str) -> None:
    page = Page(html)
    assert page.addresses == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert not re.search(r"url\(|@import|https?://", html)
    assert "default-src 'none'" in html


def test_the_report_shows_what_happened(html: str) -> None:
    for fact in (
        "gate raw: volume_is_not_a_fraction_of_history",
        "A file of the day is missing or cut.",
        "已识别客户",
        ">16,800<",  # 42 loads of 400 lines
    ):
        assert fact in html


def test_the_report_holds_no_identifier(html: str) -> None:
    assert not re.search(r"M-invented|\+86|p_\d", html)


def test_an_unknown_run_has_no_report(published: Settings, tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="no such run"):
        write_report(published, 99, tmp_path / "run.html")
    assert not list(tmp_path.glob("run*"))


def test_figures_are_the_sums_of_their_tables(published: Settings) -> None:
    figures = read_figures(published)
    assert sum(row.rows_in for row in figures.sources) == 42 * 400
    assert sum(row.rows for row in figures.days) == 42 * 400
    assert [(kind.kind, kind.profiles, kind.identifiers) for kind in figures.kinds] == [
        ("known", 200, 200)
    ]
    assert dict(figures.sizes)["1"] == sum(dict(figures.sizes).values()) == 200
    assert dict(figures.lifecycle)["active"] == 200
    assert [(offer.offer_id, offer.persons) for offer in figures.offers] == [("OF-1", 200)]
    assert figures.offers[0].expected_fen == pytest.approx(200 * 245)
    seconds = {work.work: (work.wall_seconds, work.cpu_seconds) for work in figures.seconds}
    assert seconds["quality"] == (2.5, 1.5)
    assert seconds["dbt"] == (7.25, 3)


def test_the_summary_prints_every_part(published: Settings) -> None:
    out = StringIO()
    print_summary(published, console=Console(file=out, width=140))
    text = out.getvalue()
    for part in ("16,800", "known", "active", "¥490.00"):
        assert part in text
    assert "volume_is_not_a_fraction_of_history" in text
    assert "c360_bi" in text
    assert all(title in text for title in QUERIES)


@pytest.mark.parametrize("title", QUERIES)
def test_the_queries_to_try_run_as_the_reader(published: Settings, title: str) -> None:
    with connect(published, "c360_bi") as conn:
        conn.execute(QUERIES[title].encode()).fetchall()
