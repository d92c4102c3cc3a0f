"""What an identifier is: its namespaces, how its values are normalised, which values are junk.

An identifier is `(namespace, scope, value)`, never a bare value. This package is pure and imports
nothing else of the project, so loading and identity resolution share one definition.
"""

from identifiers.birth_ids import RESIDUAL, Identifier, birth_ids
from identifiers.junk import JunkLists
from identifiers.namespaces import ACCOUNT_NAMESPACES, NAMESPACES, Namespace
from identifiers.normalise import NORMALISER_VERSIONS, normalise, normalise_namespace

__all__ = [
    "ACCOUNT_NAMESPACES",
    "NAMESPACES",
    "NORMALISER_VERSIONS",
    "RESIDUAL",
    "Identifier",
    "JunkLists",
    "Namespace",
    "birth_ids",
    "normalise",
    "normalise_namespace",
]
