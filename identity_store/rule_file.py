"""Read the rules of identity resolution from a file."""

from pathlib import Path

import yaml

from identity_resolution import rules
from identity_resolution.rules import Rules, RulesError, parse_rules
from warehouse.errors import Fatal

SHIPPED_RULES_PATH = Path(rules.__file__).with_name("rules.yml")


def load_rules(path: Path | None = None) -> Rules:
    """Return the rules at `path`, or the shipped ones.

    Raises:
        Fatal: the file cannot be read, or a key in it is wrong; the message names it.
    """
    source = path or SHIPPED_RULES_PATH
    try:
        return parse_rules(yaml.safe_load(source.read_text(encoding="utf-8")))
    except RulesError as error:
        raise Fatal(f"the identity rules {source.name} do not hold: {error}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = type(error).__name__
        raise Fatal(f"cannot read the identity rules {source.name}: {reason}") from None
