"""The errors of the whole pipeline.

    PipelineError
    ├── Retryable   trying again may work: lost connection, deadlock, lock held by another
    └── Fatal       a person has to act: wrong contract, full disk, overtaken run

Bad *data* is no error: it becomes a quarantined line or a refused link. Messages carry load ids,
line numbers and what to do next, never a value from the data.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


class PipelineError(Exception):
    """The root: its message may be shown and logged."""


class Retryable(PipelineError):  # noqa: N818 - the two words are the tree's vocabulary
    """Trying again later, unchanged, may succeed."""


class Fatal(PipelineError):  # noqa: N818 - see above
    """Trying again unchanged cannot succeed."""


# Classes and codes of the SQL standard and PostgreSQL's appendix A.
_RETRYABLE_PREFIXES = ("08", "40", "53300", "55P03", "57")
_ADVICE = {
    "53100": "the disk of the database is full; free some space, then run again",
    "53200": "the database ran out of memory",
    "53300": "the database has no connection left",
    "28P01": "the database refused the login; is the password in C360_DATABASE_URL right?",
    "3D000": "the database does not exist; run `c360 up` first",
    "42P01": "a table is missing; run `c360 migrate` first",
    "3F000": "a schema is missing; run `c360 migrate` first",
    "42501": "the role lacks a privilege; see warehouse/migrations",
}


def without_values(error: psycopg.Error) -> PipelineError:
    """The same failure as an error of our tree: code and object names, no values.

    PostgreSQL's own text may quote rows ("Key (value)=(...)", "COPY record, line 3: ..."), so none
    of it is passed on.
    """
    code = error.sqlstate or ("08000" if isinstance(error, psycopg.OperationalError) else "XX000")
    named = [error.diag.schema_name, error.diag.table_name, error.diag.constraint_name]
    place = ".".join(name for name in named if name)
    advice = _ADVICE.get(code) or (
        "cannot reach the database; is it up? `c360 up` starts it" if code.startswith("08") else ""
    )
    detail = "; ".join(part for part in (place, advice) if part)
    message = f"database error {code} ({type(error).__name__})" + (f": {detail}" if detail else "")
    kind = Retryable if code.startswith(_RETRYABLE_PREFIXES) else Fatal
    return kind(message)


@contextmanager
def database_errors_without_values() -> Iterator[None]:
    """Turns every `psycopg.Error` of its block into a `Retryable` or `Fatal`."""
    try:
        yield
    except psycopg.Error as error:
        # `from None`: a chained traceback would print the row after all.
        raise without_values(error) from None
