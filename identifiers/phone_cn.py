"""Mainland mobile numbers to E.164.

Only the shape `1[3-9]` + nine digits is checked, not the carriers' segments: those change, and a
number that no carrier assigned yet is harmless. Numbers of other countries need an explicit code.
"""

import pyarrow as pa
import pyarrow.compute as pc

_FOREIGN = r"^\+[1-9][0-9]{7,14}$"


def normalise_phone_cn(values: pa.StringArray) -> pa.StringArray:
    """`+861XXXXXXXXXX`, or `+` and digits for other countries; null for anything else.

    A masked number (`138****1234`) is null: number libraries parse it into a wrong one.
    """
    texts = pc.utf8_normalize(values, form="NFKC")
    compact = pc.replace_substring_regex(texts, r"[\s().\-\x{2010}-\x{2015}]", "")
    national = pc.replace_substring_regex(compact, r"^(?:\+86|0086|86)?0?(1[3-9][0-9]{9})$", r"\1")
    is_mainland = pc.match_substring_regex(national, r"^1[3-9][0-9]{9}$")
    international = pc.replace_substring_regex(compact, r"^00", "+")
    is_foreign = pc.and_not(
        pc.match_substring_regex(international, _FOREIGN),
        pc.starts_with(international, "+86"),
    )
    mainland = pc.binary_join_element_wise("+86", national, "")
    return pc.if_else(is_mainland, mainland, pc.if_else(is_foreign, international, None))
