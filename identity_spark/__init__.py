"""Identity resolution on Apache Spark: the same rules and the same result, on a cluster.

Screening and components are DataFrame work; what a component becomes is decided by the very
function that one machine uses, over buckets of whole components. Optional: `pip install
customer360[spark]`; see docs/spark.md.
"""
