"""Trying identity resolution out: on a file without a database, and against a planted truth."""

from evaluation.file_explanation import explain_file
from evaluation.file_resolution import FileCounts, FileRequest, resolve_file
from evaluation.scoring import Evaluation, Score
from evaluation.truth import evaluate
from evaluation.warehouse import evaluate_warehouse

__all__ = [
    "Evaluation",
    "FileCounts",
    "FileRequest",
    "Score",
    "evaluate",
    "evaluate_warehouse",
    "explain_file",
    "resolve_file",
]
