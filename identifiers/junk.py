"""Values that look like identifiers and name nobody.

These lists are static. Junk that only the data can show (an id seen with hundreds of accounts) is
found by identity resolution.
"""

from dataclasses import dataclass, field

PLACEHOLDER_TEXTS = frozenset(
    {
        "", "0", "-1", "no", "null", "undefined", "nil", "none", "n/a", "nan", "unknown",
        "[object object]", "未知", "未取到值", "取值异常",
        "openid", "unionid", "test", "demo",
    }
)  # fmt: skip
"""What clients send in place of an id they do not have; compared in lower case."""

TEMPLATE_PATTERN = r"^(\{\{.*\}\}|\$\{.*\}|__.*__)$"
"""A template variable that nobody filled in."""

JUNK_DEVICES = frozenset(
    {"9774d56d682e549c", "0123456789abcdef", "000000000000000", "02:00:00:00:00:00"}
)
"""Device ids that whole production series or emulators share."""

JUNK_PHONES = frozenset(
    {
        "+8613800138000", "+8613800000000", "+8613900000000",
        "+8613000000000", "+8618888888888", "+8619999999999",
    }
)  # fmt: skip
"""What people type into a form that insists on a number."""

ROLE_MAILBOXES = frozenset(
    {
        "info", "service", "support", "admin", "sales", "noreply", "no-reply",
        "postmaster", "webmaster", "test",
    }
)  # fmt: skip
"""Local parts that belong to a function, not to a person."""

PLACEHOLDER_EMAIL_DOMAINS = frozenset(
    {"example.com", "example.org", "example.net", "test.com", "localhost", "mailinator.com"}
)


@dataclass(frozen=True)
class JunkLists:
    """The lists of one deployment; each has the shipped list as its default."""

    phones: frozenset[str] = field(default=JUNK_PHONES)
    email_domains: frozenset[str] = field(default=PLACEHOLDER_EMAIL_DOMAINS)
    devices: frozenset[str] = field(default=JUNK_DEVICES)
