"""A loader does without pandas, and nothing in its process is worse for it."""

import subprocess
import sys

LOADER = """
import sys
import pyarrow as pa
import ingestion.file_load
from ingestion.engine import leave_out_pandas, open_engine, table_of

leave_out_pandas()

with open_engine() as engine:
    engine.register("given", pa.table({"text": pa.array(["a", "b"])}))
    assert table_of(engine, "select text from given").num_rows == 2
assert "pandas" not in sys.modules, "an array imported pandas"
assert pa.table({"n": [1]}).to_pandas().shape == (1, 1), "who needs pandas does not get it"
"""


def test_a_loader_imports_no_pandas_and_who_needs_it_still_gets_it() -> None:
    command = [sys.executable, "-c", LOADER]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
