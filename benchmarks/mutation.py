"""Whether the tests notice when the pure modules of identity resolution are wrong.

    python -m benchmarks.mutation [--modules links,claims] [--sample N] [--examples N] [--shard 1/4]

Each mutant is one module with one operator, constant or condition changed, tested in a process of
its own. A mutant that no test notices survives and is printed. Those that no test could notice are
left out: `mutation_equivalents.csv` lists them, each with the reason. Exits with 1 below the bar.
"""

import argparse
import ast
import csv
import importlib.util
import os
import random
import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

PROJECT = Path(__file__).parents[1]
BAR = 0.90
EQUIVALENTS = Path(__file__).with_name("mutation_equivalents.csv")
MODULES = (
    *("identity_resolution.actors", "identity_resolution.anchors", "identity_resolution.claims"),
    *("identity_resolution.clustering", "identity_resolution.graph", "identity_resolution.links"),
    *("identity_resolution.incremental", "identity_resolution.ordered_pass"),
    *("identity_resolution.ownership", "identity_resolution.refusals"),
    *("identity_resolution.resolution", "identity_resolution.rules"),
    *("identity_resolution.screening", "identity_resolution.sightings"),
    *("identity_store.explanation", "identity_store.transitions"),
)
TESTS = ("tests/unit/identity", "tests/property/identity")
CPU_SECONDS_PER_MUTANT = 90
PROGRESS = 50
GUARDS = {"frozen", "slots", "strict"}
FIRST = "test_two_phases_equal_the_greedy_pass_over_everything"
"""The test that notices most."""

WARM = (
    *("hypothesis", "numpy", "psycopg", "pyarrow", "pyarrow.compute", "pydantic", "pytest", "yaml"),
    *("scipy.sparse.csgraph", "settings", "identifiers", "warehouse.bootstrap"),
    *("warehouse.columns", "warehouse.database_roles", "warehouse.embedded", "warehouse.migrate"),
)
"""Imported once, before the processes of the mutants part; none of it imports a mutant."""

PLUGINS = ("-p", "pytest_timeout", "-p", "_hypothesis_pytestplugin")

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd, ast.Mod: ast.Mult,
}  # fmt: skip
_NAMES = {"minimum": "maximum", "maximum": "minimum", "min": "max", "max": "min"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: module, its new source, number and code of the line, what was changed there."""

    module: str
    source: str
    line: int
    code: str
    change: str

    @property
    def name(self) -> tuple[str, str, str]:
        """What it is known by, wherever its line moves."""
        return self.module, self.code, self.change


def mutants(module: str) -> Iterator[Mutant]:
    """Yield every mutant of a module; annotations, texts and guards stay as they are."""
    source = _source_of(module)
    scratch = list(ast.walk(ast.parse(source)))
    noted = {id(node) for node in (*_annotations(scratch), *_guards(scratch))}
    fits = [k for k, node in enumerate(scratch) if id(node) not in noted and _mutate(node)]
    for position in fits:
        tree = ast.parse(source)
        node = list(ast.walk(tree))[position]
        before = ast.unparse(node)
        _mutate(node)
        line = getattr(node, "lineno", 0)
        code = source.splitlines()[line - 1].strip()
        yield Mutant(module, ast.unparse(tree), line, code, f"{before} -> {ast.unparse(node)}")


def equivalents() -> set[tuple[str, str, str]]:
    """Return the names of the mutants that do what the original does."""
    with EQUIVALENTS.open(encoding="utf-8", newline="") as file:
        return {(row["module"], row["code"], row["change"]) for row in csv.DictReader(file)}


def _source_of(module: str) -> str:
    return (PROJECT / f"{module.replace('.', '/')}.py").read_text("utf-8")


def _annotations(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    for node in nodes:
        for name in ("annotation", "returns"):
            noted = getattr(node, name, None)
            if isinstance(noted, ast.AST):
                yield from ast.walk(noted)


def _guards(nodes: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Yield what only refuses misuse: how a dataclass is made, that columns are of one length."""
    for node in nodes:
        if isinstance(node, ast.keyword) and node.arg in GUARDS:
            yield node.value


def _mutate(node: ast.AST) -> bool:
    """Change the node in place, if there is something to change."""
    if isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARISONS:
        node.ops[0] = _COMPARISONS[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp | ast.AugAssign) and type(node.op) in _OPERATORS:
        node.op = _OPERATORS[type(node.op)]()
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        node.op = ast.UAdd() if isinstance(node.op, ast.Invert) else ast.Not()
        node.operand = (
            node.operand if isinstance(node.op, ast.UAdd) else ast.UnaryOp(ast.Not(), node.operand)
        )
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.Constant) and type(node.value) in {int, bool}:
        node.value = (not node.value) if isinstance(node.value, bool) else int(str(node.value)) + 1
    elif isinstance(node, ast.Attribute) and node.attr in _NAMES:
        node.attr = _NAMES[node.attr]
    else:
        return False
    return True


class _Mutated(MetaPathFinder, Loader):
    """Gives one module another source."""

    def __init__(self, module: str, code: CodeType) -> None:
        self._module, self._code = module, code

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        """Claim the module."""
        return importlib.util.spec_from_loader(fullname, self) if fullname == self._module else None

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed source."""
        exec(self._code, module.__dict__)  # noqa: S102 - that is what a mutant is


def is_killed(mutant: Mutant, examples: int) -> bool:
    """Return whether a test fails, or time runs out, when the mutant takes its module's place."""
    child = os.fork()
    if not child:
        # An alarm would be lost: pytest-timeout sets its own.
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS_PER_MUTANT, CPU_SECONDS_PER_MUTANT))
        os._exit(_tested(mutant, examples))
    return os.waitpid(child, 0)[1] != 0


class _Order:
    """Lets the test come first that notices most."""

    @staticmethod
    def pytest_collection_finish(session: Any) -> None:  # noqa: ANN401 - pytest is imported late
        """Put it at the head, after everybody else has sorted."""
        session.items.sort(key=lambda item: item.name != FIRST)


def _tested(mutant: Mutant, examples: int) -> int:
    from hypothesis import Phase, settings  # noqa: PLC0415 - imported before the fork

    # That an example fails is enough; the smallest one is not looked for.
    settings.register_profile(
        "mutation",
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.explicit, Phase.generate),
    )
    os.environ["C360_HYPOTHESIS_PROFILE"] = "mutation"
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    code = compile(mutant.source, f"{mutant.module}.py", "exec")
    sys.meta_path.insert(0, _Mutated(mutant.module, code))
    import pytest  # noqa: PLC0415 - imported before the fork

    return int(pytest.main(["-x", "-q", *PLUGINS, *TESTS], plugins=[_Order()]))


def main(arguments: Sequence[str]) -> int:
    """Print what survives and the share that was killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--modules", default=",".join(MODULES))
    parser.add_argument("--sample", type=int, default=0, help="this many mutants; 0 for all")
    parser.add_argument("--examples", type=int, default=20, help="of each property test")
    parser.add_argument("--shard", default="1/1", help="which part of how many")
    chosen = parser.parse_args(arguments)
    for name in WARM:
        importlib.import_module(name)
    # Where the tests fail anyway, every mutant would count as noticed.
    sound = Mutant(MODULES[0], _source_of(MODULES[0]), 0, "", "nothing changed")
    if is_killed(sound, chosen.examples):
        parser.error("the tests fail without any mutant")
    wanted = [m for m in MODULES if any(m.endswith(name) for name in chosen.modules.split(","))]
    equal = equivalents()
    every = [m for module in wanted for m in mutants(module) if m.name not in equal]
    random.Random(1).shuffle(every)
    shard, shards = map(int, chosen.shard.split("/"))
    tried = every[: chosen.sample or None][shard - 1 :: shards]
    killed = 0
    for count, mutant in enumerate(tried):
        if count and count % PROGRESS == 0:
            print(f"{count} of {len(tried)} tried", file=sys.stderr, flush=True)
        if is_killed(mutant, chosen.examples):
            killed += 1
        else:
            print(f"survives: {mutant.module}:{mutant.line}: {mutant.change}", flush=True)
    kinds = f"{len(every)} there are, beside {len(equal)} that no test could notice"
    print(f"{killed} of {len(tried)} mutants killed ({kinds})")
    return 0 if killed >= BAR * len(tried) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
