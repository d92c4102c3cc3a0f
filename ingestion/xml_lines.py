"""Server pushes: one XML document a line, to JSON.

Element names become keys, texts stay texts, nested elements become objects, repeated ones arrays.
"""

import json
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from ingestion.lines import Block
from ingestion.texts import Lines, Texts, readable_lines

MAX_DEPTH = 50


class _TooDeepError(Exception):
    pass


def xml_texts(block: Block) -> Texts:
    """The documents of a block as JSON texts; what is no safe XML is rejected."""
    lines, rejects = readable_lines(block)
    collected = Lines(block, rejects=rejects)
    for line in lines.tolist():
        document = block.line(line).strip()
        try:
            root = fromstring(document, forbid_dtd=True)
            collected.add(line, json.dumps(_value(root, 0), ensure_ascii=False))
        except ParseError:
            collected.refuse(line, "invalid_xml" if document else "empty_line")
        except DefusedXmlException:
            collected.refuse(line, "unsafe_xml")
        except _TooDeepError:
            collected.refuse(line, "nested_too_deep")
    return collected.as_texts()


def _value(element: Element, depth: int) -> Any:  # noqa: ANN401 - any JSON value
    if depth > MAX_DEPTH:
        raise _TooDeepError
    if not len(element) and not element.attrib:
        return element.text or ("" if depth else {})
    members: dict[str, Any] = {f"@{name}": text for name, text in element.attrib.items()}
    for child in element:
        value = _value(child, depth + 1)
        if child.tag not in members:
            members[child.tag] = value
        elif isinstance(members[child.tag], list):
            members[child.tag].append(value)
        else:
            members[child.tag] = [members[child.tag], value]
    if not len(element) and element.text:
        members["#text"] = element.text
    return members
