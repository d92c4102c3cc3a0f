import json

import numpy as np
import pyarrow as pa
import pytest

from ingestion.json_checks import MAX_DEPTH, Examined, examine


def judged(*texts: str) -> Examined:
    return examine(pa.array(texts, pa.string()))


def reason(text: str) -> str | None:
    # Good neighbours on both sides: a verdict must reach its own line.
    found = judged('{"a": 1}', text, '{"b": {"c": [1, 2]}}').reasons
    assert set(found) <= {1}
    return found.get(1)


def content_hash(text: str, *transport_fields: list[str]) -> bytes:
    neighbour = '{"a": 1}'
    examined = examine(pa.array([neighbour, text], pa.string()), transport_fields)
    assert not examined.reasons
    return bytes(examined.hashes[1])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "empty_line"),
        (" \t\r", "empty_line"),
        ('{"a": 1', "invalid_json"),
        ("plain", "invalid_json"),
        ("{'a': 1}", "invalid_json"),
        ('{"a": 1,}', "invalid_json"),
        ('{"a": [1,]}', "invalid_json"),
        ('{"a": 01}', "invalid_json"),
        ('{"a": +1}', "invalid_json"),
        ('{"a": 1} {"b": 2}', "invalid_json"),
        ('\ufeff{"a": 1}', "invalid_json"),
        ('{"a": "\t"}', "invalid_json"),
        ("[1, 2]", "not_an_object"),
        ('"text"', "not_an_object"),
        ("1", "not_an_object"),
        ("null", "not_an_object"),
        ('{"a": NaN}', "number_out_of_range"),
        ('{"a": -Infinity}', "number_out_of_range"),
        ('{"a": 1e400000}', "number_out_of_range"),
        ('{"a": 1e-99999}', "number_out_of_range"),
        ('{"a": %s}' % ("9" * 2000), "number_out_of_range"),
        (r'{"a": "\u0000"}', "unstorable_text"),
        (r'{"\u0000": 1}', "unstorable_text"),
        (r'{"a": "\ud800"}', "unstorable_text"),
        (r'{"a": "\udc00\ud800"}', "unstorable_text"),
        ('{"a": 1, "a": 2}', "duplicate_key"),
        (r'{"a": 1, "\u0061": 2}', "duplicate_key"),
        ('{"a": {"b": 1, "b": 1}}', "duplicate_key"),
        ('{"a": {"b": {"c": {"d": {"e": 1, "e": 1}}}}}', "duplicate_key"),
        ('{"a": [1, {"b": 1, "b": 1}]}', "duplicate_key"),
        (' {"a": [ [], { "b": {"c": 1, "c": 1}}]}', "duplicate_key"),
        ('{"a": [{"b": 1}], "a": 1}', "duplicate_key"),
        ('{"": 1, "": 2}', "duplicate_key"),
        ('{"a,b": 1, "a,b": 2}', "duplicate_key"),
        ('{"a": [[{"b": 1, "b": 2}]]}', "duplicate_key"),
        ('{"a": ' + "[" * 200 + "]" * 200 + "}", "nested_too_deep"),
        ('{"a":' * 5000 + "1" + "}" * 5000, "nested_too_deep"),
    ],
)
def test_what_jsonb_cannot_hold_is_found(text: str, expected: str) -> None:
    assert reason(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        '{"a": "info, nan, -inf ,] :nan"}',
        '{"a": ": NaN, Infinity"}',
        r'{"a": "\\u0000"}',
        r'{"a": "\ud83d\ude00"}',
        '{"a": "' + "[{" * 300 + '"}',
        '{"a": 1e40, "b": 1E-40}',
        '{"id": "6f1c0d3e-0000-4000"}',
        '{"items": [{"b": 1}, {"b": 1}], "b": 1}',
        '{"a": ' + "[" * (MAX_DEPTH - 3) + "]" * (MAX_DEPTH - 3) + "}",
        ' {"a": 1} \r',
        "{}",
        '{"a": %s}' % ("9" * 400),
        '{"a.b": 1, "a": {"b": 2}}',
        '{"a,b": 1, "a": 2, "b": 3}',
        '{"a": {"x": 1}, "b": {"x": 1}, "c": [{"x": 1}, {"x": [{"x": 1}]}]}',
    ],
)
def test_what_only_looks_wrong_is_left_alone(text: str) -> None:
    json.loads(text)
    assert reason(text) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1, "b": {"c": 2, "d": 3}}', '{"b":{"d":3,"c":2},"a":1}\r\n'),
        ('{"a": 1.50}', '{"a": 1.5}'),
        ('{"a": 15e-1}', '{"a": 1.5}'),
        ('{"a": 1.0}', '{"a": 1}'),
        ('{"a": -0.0}', '{"a": 0}'),
        ('{"a": 1e2}', '{"a": 100}'),
        ('{"a": 1E250}', '{"a": 1%s}' % ("0" * 250)),
        ('{"a": 12345678901234567890.10}', '{"a": 12345678901234567890.1}'),
        (r'{"a": "\u4e2d\u003a\/"}', '{"a": "中:/"}'),
        (r'{"\u0061": 1}', '{"a": 1}'),
    ],
)
def test_equal_content_has_one_hash(one: str, other: str) -> None:
    assert content_hash(one) == content_hash(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('{"a": 1}', '{"a": "1"}'),
        ('{"a": 1.5}', '{"a": "1.5"}'),
        ('{"a": null}', "{}"),
        ('{"a": 12345678901234567890123}', '{"a": 12345678901234567890124}'),
        ('{"a": 0.12345678901234567890}', '{"a": 0.12345678901234567891}'),
        ('{"a": 1e-300}', '{"a": 1e-301}'),
        ('{"a": [1, 2]}', '{"a": [2, 1]}'),
        ('{"a": {"b": 1}, "c": 2}', '{"a": {"c": 2}, "b": 1}'),
    ],
)
def test_other_content_has_another_hash(one: str, other: str) -> None:
    assert content_hash(one) != content_hash(other)


def test_transport_fields_do_not_matter_to_the_hash() -> None:
    bare = content_hash('{"a": 1, "b": {"c": 2}}')
    resent = '{"b": {"c": 2, "at": {"x": "10:20:30"}}, "sentAt": "2026-11-20T10:00:00Z", "a": 1}'
    fields = (["sentAt"], ["b", "at"], ["c", "d"], ["a", "x"])
    assert content_hash(resent, *fields) == bare
    assert content_hash(resent) != bare


def test_a_repeated_key_is_found_beside_a_transport_field() -> None:
    text = '{"sentAt": "10:00:00", "a": 1, "a": 2}'
    examined = examine(pa.array(['{"sentAt": "9:0"}', text], pa.string()), [["sentAt"]])
    assert examined.reasons == {1: "duplicate_key"}


def test_two_documents_on_one_line_are_not_taken_for_two_lines() -> None:
    assert judged('{"a": 1}{"b": 2}', "", '{"c": 3}').reasons == {
        0: "invalid_json",
        1: "empty_line",
    }
    assert judged('{"a":', '1}{"b": 2}').reasons == {0: "invalid_json", 1: "invalid_json"}


def test_no_texts_have_no_hashes() -> None:
    assert judged().hashes.shape == (0, 16)


def test_hashes_belong_to_their_texts_whatever_their_neighbours() -> None:
    texts = ['{"a": 1}', "broken", '{"a": 1e150}', '{"b": 2}', '{"a": "\\u003a"}']
    together = judged(*texts)
    alone = np.concatenate([judged(text).hashes for text in texts])
    good = [0, 2, 3, 4]
    assert (together.hashes[good] == alone[good]).all()
    assert together.reasons == {1: "invalid_json"}
