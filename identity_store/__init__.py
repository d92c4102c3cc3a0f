"""Identity resolution in the warehouse: the only code here that reads and writes tables."""

from identity_store.explain import explain_identifier, explain_identifiers
from identity_store.resolve import deployed_rules, run
from identity_store.run_record import IdentityCounts

__all__ = [
    "IdentityCounts",
    "deployed_rules",
    "explain_identifier",
    "explain_identifiers",
    "run",
]
