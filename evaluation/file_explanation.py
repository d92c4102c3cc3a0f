"""Why a map that was made of a file joins what it joins."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from evaluation.file_resolution import resolve_observations
from identifiers import Identifier
from identity_store.explanation import Explanation, explain
from identity_store.rule_file import load_rules


def explain_file(
    observations_path: Path, pairs: Iterable[tuple[Identifier, Identifier]], rules_path: Path | None
) -> Iterator[Explanation]:
    """Yield the evidence for each pair of identifiers, spelt as in the file, in their order.

    The file is resolved once, under the rules at `rules_path` or the shipped ones. An identifier
    that does not occur in it has no evidence.
    """
    result = resolve_observations(observations_path, load_rules(rules_path))
    state = result.ledger.state
    for one, other in pairs:
        if one in result.spelling and other in result.spelling:
            ends = result.spelling[one], result.spelling[other]
            yield explain(state.graph, state.resolution, *ends)
        else:
            yield Explanation(None, ())
