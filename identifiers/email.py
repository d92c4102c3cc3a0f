"""E-mail addresses to match keys: equal keys reach the same mailbox.

A match key is not always the address to write to, because some providers ignore parts of it.
"""

import pyarrow as pa
import pyarrow.compute as pc

from identifiers.junk import ROLE_MAILBOXES

_SHAPE = r"^[^\s@<>,;:\"*\\]+@[^\s@]+$"
_DOMAIN = r"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,63}|xn--[a-z0-9-]{1,59})$"
_GOOGLE_DOMAINS = ["gmail.com", "googlemail.com"]


def normalise_email(
    values: pa.StringArray, placeholder_domains: frozenset[str] = frozenset()
) -> pa.StringArray:
    """Lower-case addresses with an IDNA domain; null for malformed, role and placeholder ones.

    Google ignores dots and everything after `+`, so its addresses are reduced; for other providers
    both are kept.
    """
    texts = pc.utf8_lower(pc.utf8_normalize(pc.utf8_trim_whitespace(values), form="NFKC"))
    texts = pc.if_else(pc.match_substring_regex(texts, _SHAPE), texts, None)
    local = pc.replace_substring_regex(texts, r"@.*$", "")
    domain = _idna(pc.replace_substring_regex(texts, r"^.*@", ""))
    is_google = pc.is_in(domain, pa.array(_GOOGLE_DOMAINS))
    bare = pc.replace_substring_regex(pc.replace_substring_regex(local, r"\+.*$", ""), r"\.", "")
    local = pc.if_else(is_google, bare, local)
    domain = pc.if_else(is_google, "gmail.com", domain)
    is_nobody = pc.or_(
        pc.is_in(local, pa.array(sorted(ROLE_MAILBOXES))),
        pc.is_in(domain, pa.array(sorted(placeholder_domains), pa.string())),
    )
    is_usable = pc.and_not(pc.match_substring_regex(domain, _DOMAIN), is_nobody)
    is_usable = pc.and_(is_usable, pc.not_equal(local, ""))
    return pc.if_else(is_usable, pc.binary_join_element_wise(local, domain, "@"), None)


def _idna(domains: pa.StringArray) -> pa.StringArray:
    if pc.all(pc.string_is_ascii(domains), skip_nulls=True).as_py():
        return domains
    return pa.array([_idna_of(domain) for domain in domains.to_pylist()], pa.string())


def _idna_of(domain: str | None) -> str | None:
    if domain is None or domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
