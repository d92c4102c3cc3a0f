import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.lines import Block, split
from ingestion.receiver.push import DocumentError, read_push, unread_push
from ingestion.xml_lines import xml_texts

PRETTY = """<?xml version="1.0" encoding="UTF-8"?>
<xml>
  <FromUserName><![CDATA[oBBBB]]></FromUserName>
  <Content><![CDATA[first line
second & <last> line]]></Content>
</xml>"""


def loaded(line: bytes) -> dict[str, object]:
    """What the loader makes of a line of a landing file."""
    (block,) = split([line + b"\n"])
    assert isinstance(block, Block)
    (text,) = xml_texts(block).table["text"].to_pylist()
    return json.loads(text)


def test_a_document_of_one_line_is_kept_byte_by_byte():
    body = "<xml><Event><![CDATA[SCAN]]></Event><EventKey>门店</EventKey></xml>".encode()
    push = read_push(body)
    assert (push.line, push.file_format) == (body, "xml")
    assert push.fields == {"Event": "SCAN", "EventKey": "门店"}


def test_a_document_of_many_lines_becomes_one_that_means_the_same():
    push = read_push(PRETTY.encode())
    assert b"\n" not in push.line
    assert loaded(push.line) == {
        "FromUserName": "oBBBB",
        "Content": "first line\nsecond & <last> line",
    }


def test_another_encoding_becomes_utf_8():
    text = '<?xml version="1.0" encoding="utf-16"?><xml><Event>门店</Event></xml>'
    push = read_push(text.encode("utf-16"))
    assert loaded(push.line) == {"Event": "门店"}


def test_json_of_many_lines_becomes_one_and_keeps_its_numbers():
    body = b'{\n"MsgId": 23456789012345678901,\r\n "Event": "a\\nb"}'
    push = read_push(body)
    assert push.file_format == "jsonl"
    assert b"\n" not in push.line
    assert json.loads(push.line) == json.loads(body)
    assert push.fields == {"MsgId": "23456789012345678901", "Event": "a\nb"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<xml>",
        b"{",
        b"[]",
        b"{" * 100_000,
        b'{"a":' * 50_000,
        b"\xff\xfe",
        b'<?xml version="1.0" encoding="nothing"?><xml/>',
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml>&a;</xml>',
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml/>',
        b"<xml>&unknown;</xml>",
    ],
)
def test_what_is_no_harmless_document_is_refused(body: bytes):
    with pytest.raises(DocumentError):
        read_push(body)
    assert b"\n" not in unread_push(body).line


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_no_input_raises_anything_else(body: bytes):
    for hostile in (body, b"<xml>" + body + b"</xml>", b'{"a":"' + body + b'"}'):
        with suppress(DocumentError):
            assert b"\n" not in read_push(hostile).line
