"""Rules of tags: dbt's seeds, as SQL for the model that asks them of every portrait.

A rule is a predicate in the grammar of offers' rules; the first one that holds gives the value. A
value `=feature` is the feature's own.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import md5

from next_best_offer.catalogue import FIRST_LINE, Problem, Row
from next_best_offer.predicate import PredicateError, compile_predicate
from pipeline.offer_catalogue import portrait_columns, read_seed
from settings import Settings
from warehouse.errors import Fatal

RULES, DICTIONARY = "tag_rule", "tag_dictionary"


def compiled_tags(settings: Settings) -> str:
    """As JSON: by tag its `value`, `score` and `support` in SQL, and the `version` of its rules.

    Raises:
        Fatal: something is wrong with them; the message says where. A tag that is left out would
            end for everybody.
    """
    for problem in find_tag_problems(settings):
        raise Fatal(f"{problem.file}, line {problem.line} ({problem.subject}): {problem.what}")
    columns = portrait_columns(settings)
    rules = sorted(read_seed(settings, RULES), key=lambda rule: int(rule["position"]))
    tags = {}
    for tag in read_seed(settings, DICTIONARY):
        branches = [_branch(rule, columns) for rule in rules if rule["tag_key"] == tag["tag_key"]]
        value = f"case {' '.join(branches)} end::text"
        tags[tag["tag_key"]] = {
            "value": value,
            "score": _feature(tag["score_feature"]),
            "support": _feature(tag["support_feature"]),
            "version": md5(value.encode(), usedforsecurity=False).hexdigest()[:8],
        }
    return json.dumps(tags)


def find_tag_problems(settings: Settings) -> Iterator[Problem]:
    """What is wrong with dictionary and rules, by file and line."""
    columns = portrait_columns(settings)
    dictionary, rules = read_seed(settings, DICTIONARY), read_seed(settings, RULES)
    ruled = {rule["tag_key"] for rule in rules}
    for line, tag in enumerate(dictionary, FIRST_LINE):
        texts = [f"no rule in {RULES}.csv gives it a value"] * (tag["tag_key"] not in ruled)
        used = [tag[name] for name in ("score_feature", "support_feature") if tag[name]]
        texts += [f"the portrait has no column {name!r}" for name in used if name not in columns]
        yield from (Problem(f"{DICTIONARY}.csv", line, tag["tag_key"], text) for text in texts)
    tags = {tag["tag_key"] for tag in dictionary}
    for line, rule in enumerate(rules, FIRST_LINE):
        for text in _texts_of_rule(rule, tags, columns):
            yield Problem(f"{RULES}.csv", line, rule["tag_key"], text)


def _texts_of_rule(rule: Row, tags: set[str], columns: Mapping[str, str]) -> Iterator[str]:
    if rule["tag_key"] not in tags:
        yield f"{DICTIONARY}.csv has no such tag"
    if not rule["position"].isdecimal():
        yield f"position {rule['position']!r} is no number"
    feature = rule["tag_value"].removeprefix("=")
    if rule["tag_value"].startswith("=") and feature not in columns:
        yield f"the portrait has no column {feature!r}"
    try:
        compile_predicate(rule["predicate"], columns)
    except PredicateError as error:
        yield f"predicate: {error}"


def _branch(rule: Row, columns: Mapping[str, str]) -> str:
    value = rule["tag_value"]
    shown = _feature(value[1:]) if value.startswith("=") else "'" + value.replace("'", "''") + "'"
    return f"when {compile_predicate(rule['predicate'], columns)} then {shown}"


def _feature(name: str) -> str:
    return f"portrait.{name}" if name else "null"
