"""What is said of mutants is said of mutants that there are."""

from benchmarks.mutation import MODULES, equivalents, mutants


def test_every_mutant_that_is_said_to_be_equal_exists() -> None:
    names = {mutant.name for module in MODULES for mutant in mutants(module)}
    assert equivalents() <= names
