"""The one module that speaks to Great Expectations; importing it takes seconds, so import it late.

It is handed a connection string and suites, and answers with booleans only: neither a result nor a
log line nor an error of it may carry a value of the data.
"""

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # read once, at the import below

import great_expectations as gx
import great_expectations.expectations as gx_expectations
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.validator.v1_validator import Validator

from expectations.suite import Expectation, Severity, Suite
from warehouse.errors import Fatal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one expectation; `was_checked` is false when its query itself failed."""

    suite: str
    expectation: str
    severity: Severity
    success: bool
    was_checked: bool = True


def judge(connection_string: str, suites: Sequence[Suite]) -> list[Outcome]:
    """Return the outcome of every expectation, in the order of the suites."""
    with _silenced():
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = ProgressBarsConfig(globally=False)
        context.enable_analytics(enable=False)
        warehouse = context.data_sources.add_postgres(
            "warehouse", connection_string=connection_string, create_temp_table=True
        )
        try:
            return [outcome for suite in suites for outcome in _judge_suite(warehouse, suite)]
        finally:
            # Two pools: one tests the connection, the other runs the queries.
            warehouse.get_execution_engine().close()
            warehouse.get_engine().dispose()


def as_gx(expectation: Expectation) -> gx_expectations.Expectation:
    """Build the expectation of Great Expectations.

    Raises:
        Fatal: there is no such class, or it refuses an argument.
    """
    try:
        build = getattr(gx_expectations, expectation.expect)
        return build(
            **expectation.arguments,
            severity=str(expectation.severity),
            meta={"name": expectation.name},
        )
    except (AttributeError, TypeError, ValueError) as error:
        raise Fatal(
            f"expectation {expectation.name} cannot be built as {expectation.expect}: {error}"
        ) from error


def _judge_suite(warehouse: gx.datasource.fluent.PostgresDatasource, suite: Suite) -> list[Outcome]:
    expected = gx.ExpectationSuite(suite.suite, expectations=[as_gx(e) for e in suite.expectations])
    try:
        asset = warehouse.add_query_asset(suite.suite, suite.query)
        rows = asset.add_batch_definition("rows_of_the_run")
        # Not `rows.get_batch().validate(…)`: that runs the suite's query twice.
        validator = Validator(rows, result_format="BOOLEAN_ONLY")
        results = validator.validate_expectation_suite(expected).results
    except Exception as error:  # noqa: BLE001 - a gate that cannot look stays shut
        # The error's text may quote a row, so only its kind is told.
        code = getattr(getattr(error, "orig", None), "pgcode", None) or type(error).__name__
        log.warning("suite %s could not be checked: error %s", suite.suite, code)
        return [_unchecked(suite, expectation) for expectation in suite.expectations]
    by_name = {result.expectation_config.meta["name"]: result for result in results}
    return [_outcome(suite, e, by_name[e.name]) for e in suite.expectations]


def _outcome(
    suite: Suite, expectation: Expectation, result: gx.core.ExpectationValidationResult
) -> Outcome:
    if result.exception_info.get("raised_exception") is False:
        return Outcome(
            suite.suite, expectation.name, expectation.severity, success=bool(result.success)
        )
    log.warning("expectation %s could not be checked", expectation.name)
    return _unchecked(suite, expectation)


def _unchecked(suite: Suite, expectation: Expectation) -> Outcome:
    """An expectation that was not checked blocks, whatever its severity."""
    return Outcome(
        suite.suite, expectation.name, Severity.CRITICAL, success=False, was_checked=False
    )


@contextmanager
def _silenced() -> Iterator[None]:
    """Great Expectations logs whole tracebacks of the database, and those quote rows.

    Its loggers have levels of their own, so their records are caught where they all pass.
    """
    logger, nowhere = logging.getLogger("great_expectations"), logging.NullHandler()
    does_propagate, logger.propagate = logger.propagate, False
    logger.addHandler(nowhere)
    try:
        yield
    finally:
        logger.removeHandler(nowhere)
        logger.propagate = does_propagate
