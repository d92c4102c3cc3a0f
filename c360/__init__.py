"""The `c360` program: command line, local Airflow processes, summary and report."""
