"""Why a line cannot be loaded, and what to do about it."""

from dataclasses import dataclass

HINTS: dict[str, str] = {
    "empty_line": "an empty line inside the file; nothing to do, discard it",
    "line_too_long": "longer than a block; only its beginning is kept, see the landing file",
    "not_utf8": "not UTF-8 (often GBK); have the sender write UTF-8, then deliver the file again",
    "nul_byte": "contains a NUL byte; often UTF-16 or a torn write, deliver the file again",
    "invalid_json": "no valid JSON value, perhaps cut off; deliver the line again",
    "invalid_xml": "no well-formed XML document; deliver it again",
    "unsafe_xml": "declares entities or a document type, which no source does",
    "not_an_object": "valid JSON but no object",
    "duplicate_key": "an object names a key twice, so one value would be lost",
    "unstorable_text": "an escaped NUL or a lone surrogate, which jsonb cannot hold",
    "number_out_of_range": "a number that is no JSON number or too large to store exactly",
    "nested_too_deep": "nested deeper than any source does",
    "column_count": "has more or fewer values than the header has names",
    "broken_quotes": "a quoted value is not closed on its line",
    "cut_file": "the compressed file ends too early or is damaged; deliver it again",
    "missing_field": "a required field is missing or empty",
    "wrong_type": "a field has another type than the contract says",
    "bad_time": "the event time cannot be read in the contract's unit",
    "year_out_of_range": "the event time is not between 2000 and 2099",
    "too_old": "older than the contract's horizon; what is purged does not come back",
    "unknown_account": "no such account in config/accounts.yml; add it, then replay",
    "not_accepted": "a kind of line that is out of this contract's scope",
    "fields_differ": "two fields that must be equal are not",
    "key_too_long": "the fields that make the record's key are longer than any source writes",
    "too_many_identifiers": "more than 20 identifiers in one record",
    "not_storable": "the database refused the line",
}
"""Every reason code with its hint."""


@dataclass(frozen=True, slots=True)
class Reject:
    """A line that goes to quarantine.

    `line_number` counts from 1; `byte_offset` is where it starts in the uncompressed file; `raw` is
    what `replay` would parse again.
    """

    line_number: int
    byte_offset: int
    reason: str
    field: str | None
    raw: bytes

    @property
    def hint(self) -> str:
        """What a person can do."""
        return HINTS[self.reason]
