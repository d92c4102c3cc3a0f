"""A brand's customers, made up: landing files in the sources' real formats, with planted truth."""

from sample_data.difficulty import PairCounts
from sample_data.generator import SampleSummary, write_sample

__all__ = ["PairCounts", "SampleSummary", "write_sample"]
