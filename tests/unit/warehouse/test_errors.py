"""Database errors keep their code and lose their values."""

import psycopg
import pytest

from warehouse.errors import Fatal, PipelineError, Retryable, database_errors_without_values

CANARY = "13800-canary"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (psycopg.errors.DeadlockDetected, Retryable),
        (psycopg.errors.SerializationFailure, Retryable),
        (psycopg.errors.LockNotAvailable, Retryable),
        (psycopg.errors.TooManyConnections, Retryable),
        (psycopg.errors.AdminShutdown, Retryable),
        (psycopg.errors.QueryCanceled, Retryable),
        (psycopg.errors.ConnectionFailure, Retryable),
        (psycopg.OperationalError, Retryable),
        (psycopg.errors.DiskFull, Fatal),
        (psycopg.errors.UniqueViolation, Fatal),
        (psycopg.errors.InsufficientPrivilege, Fatal),
        (psycopg.errors.UndefinedTable, Fatal),
        (psycopg.DataError, Fatal),
    ],
)
def test_kind_follows_from_the_code_and_no_value_is_told(
    error: type[psycopg.Error], kind: type[PipelineError]
) -> None:
    with pytest.raises(kind) as raised, database_errors_without_values():
        raise error(f'Key (value)=({CANARY}) already exists, COPY record, line 3: "{CANARY}"')
    assert CANARY not in str(raised.value)
    assert raised.value.__suppress_context__
    assert (error.sqlstate or "") in str(raised.value)


def test_errors_of_our_own_pass_unchanged() -> None:
    mine = Fatal("load 7, line 3")
    with pytest.raises(Fatal) as raised, database_errors_without_values():
        raise mine
    assert raised.value is mine


def test_a_full_disk_says_what_to_do() -> None:
    with pytest.raises(Fatal, match="free some space"), database_errors_without_values():
        raise psycopg.errors.DiskFull
