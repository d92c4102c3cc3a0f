from pathlib import Path

import numpy as np
import pytest

from evaluation.file_explanation import explain_file
from evaluation.scoring import compare, score
from evaluation.truth import evaluate


def test_scores_of_a_partition_worked_out_by_hand() -> None:
    # Profiles {a b c} {d e}, persons {a b} {c d e}: two of four found pairs are right.
    found = score(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 1]))
    assert found.pairwise_precision == pytest.approx(2 / 4)
    assert found.pairwise_recall == pytest.approx(2 / 4)
    assert found.bcubed_precision == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
    assert found.bcubed_recall == pytest.approx((1 + 1 + 1 / 3 + 2 / 3 + 2 / 3) / 5)


def test_a_perfect_partition_scores_one() -> None:
    found = score(np.array([4, 4, 2]), np.array([0, 0, 1]))
    assert (found.pairwise_precision, found.pairwise_recall) == (1, 1)
    assert (found.bcubed_precision, found.bcubed_recall) == (1, 1)


def test_a_scenario_counts_pairs_that_touch_its_persons() -> None:
    profile, person = np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])
    found = score(profile, person, np.array([False, False, True, True]))
    assert found.identifiers == 2
    assert found.pairwise_precision == 0  # both pairs of the third identifier are wrong
    assert found.pairwise_recall == 0


def test_what_belongs_to_nobody_is_wrong_with_everybody() -> None:
    owner = {("d", "", "1"): "", ("d", "", "2"): "", ("m", "", "1"): "A"}
    together = dict.fromkeys(owner, "p_1")
    found = compare(owner, {}, together)
    assert found.overall.pairwise_precision == 0
    assert set(found.wrong_profiles) == {"p_1"}
    assert found.wrong_pairs == {"p_1": (("d", "", "1"), ("d", "", "2"))}


def test_files_are_scored_by_scenario_and_newest_owner(tmp_path: Path) -> None:
    (tmp_path / "identifier.csv").write_text(
        "namespace,scope,value,person_id,owned_from,owned_to\n"
        "m,,1,A,,\n"
        "m,,2,B,,\n"
        "phone,,x,A,2026-01-01T00:00:00Z,2026-05-01T00:00:00Z\n"
        "phone,,x,B,2026-05-01T00:00:00Z,\n"
        "phone,,y,B,,\n"
    )
    (tmp_path / "person.csv").write_text("person_id,scenario\nA,plain\nB,recycled\nB,plain\n")
    (tmp_path / "map.csv").write_text(
        "namespace,scope,value,profile_id\nm,,1,p1\nm,,2,p2\nphone,,x,p2\nphone,,z,p2\n"
    )
    found = evaluate(tmp_path, tmp_path / "map.csv")
    assert found.overall.pairwise_precision == 1
    assert found.overall.pairwise_recall == pytest.approx(1 / 3)
    assert found.by_scenario["recycled"].identifiers == 3
    assert found.by_scenario["plain"].identifiers == 4
    assert (found.unmapped, found.unlabelled, dict(found.wrong_profiles)) == (1, 1, {})


def test_a_wrong_merge_of_a_file_is_shown_with_its_links(tmp_path: Path) -> None:
    log = tmp_path / "seen.jsonl"
    log.write_text(
        '{"observed_at":"2026-05-01T00:00:00Z","source":"app","identifiers":'
        '[{"namespace":"openid","scope":"w","value":"o1"},{"namespace":"phone","value":"13900000001"}]}\n'
        '{"observed_at":"2026-05-02T00:00:00Z","source":"app","identifiers":'
        '[{"namespace":"openid","scope":"x","value":"o2"},{"namespace":"phone","value":"+8613900000001"}]}\n'
    )
    pair = ("openid", "w", "o1"), ("openid", "x", "o2")
    unknown = ("openid", "w", "o1"), ("openid", "w", "o9")
    found, nothing = explain_file(log, [pair, unknown], None)
    phone = ("phone", "", "+8613900000001")
    assert [{step.left, step.right} for step in found.chain or ()] == [
        {pair[0], phone},
        {phone, pair[1]},
    ]
    assert [step.samples for step in found.chain or ()] == [(1,), (2,)]
    assert nothing.chain is None
    assert nothing.refusals == ()
