"""Members, openids and things under rules of a test's own, and observations of them."""

from identity_resolution.rules import Rules, parse_rules
from tests.property.identity.evidence import Identifier, Observation

DAY = 86_400
ACCOUNT = {"class": "account", "limit": 1}
ONE: Identifier = ("member", "", "M1")
OTHER: Identifier = ("member", "", "M2")
OPENID: Identifier = ("openid", "wx", "o")
THING: Identifier = ("thing", "", "t")
LOOSE: Identifier = ("loose", "", "c")


def rules(**more: object) -> Rules:
    """Members, openids and things without bounds, and what else is given."""
    namespaces = {
        "member": {**ACCOUNT, "rank": 1},
        "union": {**ACCOUNT, "rank": 2},
        "openid": {**ACCOUNT, "rank": 3, "per_scope": True, "functional": "union"},
        "thing": {},
        "loose": {"weak": True},
    }
    named = more.pop("namespaces", {})
    assert isinstance(named, dict)
    return parse_rules({"namespaces": {**namespaces, **named}, **more})


def seen(
    at: int, *identifiers: Identifier, kind: str = "seen", strength: int = 2, source: str = "app"
) -> Observation:
    return Observation(at, tuple((i, strength) for i in identifiers), kind, source)
