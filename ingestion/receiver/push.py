"""A push's document, XML or JSON: its fields, and its text as one line of a landing file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element, ParseError, tostring

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

_LINE_ENDS = (b"\n", b"\r")


class DocumentError(ValueError):
    """No well-formed, harmless document. Carries no content."""


@dataclass(frozen=True)
class Push:
    """One document: the texts of its top-level fields, its line, and the line's format."""

    fields: Mapping[str, str]
    line: bytes
    file_format: str


def read_push(body: bytes) -> Push:
    """The push in a body.

    A document that is one line of UTF-8 already is kept byte by byte; another is written as one
    line that means the same.

    Raises:
        DocumentError: not well-formed, or with a document type or entities of its own.
    """
    body = body.strip()
    return _read_json(body) if body.startswith(b"{") else _read_xml(body)


def unread_push(body: bytes) -> Push:
    """A document that cannot be read, as a line that the loader will quarantine with a reason."""
    file_format = "jsonl" if body.lstrip().startswith(b"{") else "xml"
    return Push({}, body.strip().replace(b"\n", b" ").replace(b"\r", b" "), file_format)


def _read_json(body: bytes) -> Push:
    try:
        document: dict[str, Any] = json.loads(body)
    except (ValueError, RecursionError):
        raise DocumentError("no JSON") from None
    # Well-formed JSON has line ends between its tokens only.
    line = body.replace(b"\n", b" ").replace(b"\r", b" ")
    fields = {name: str(value) for name, value in document.items() if isinstance(value, str | int)}
    return Push(fields, line, "jsonl")


def _read_xml(body: bytes) -> Push:
    try:
        root = fromstring(body, forbid_dtd=True)
    except DefusedXmlException:
        raise DocumentError("document type or entities") from None
    except (ParseError, ValueError, LookupError):
        raise DocumentError("no XML") from None
    fields = {child.tag: child.text or "" for child in root}
    return Push(fields, _one_line(body, root), "xml")


def _one_line(body: bytes, root: Element) -> bytes:
    is_kept = body.startswith(b"<xml>") and not any(end in body for end in _LINE_ENDS)
    if is_kept:
        return body
    text = tostring(root, encoding="unicode")
    return text.replace("\n", "&#10;").replace("\r", "&#13;").encode()
