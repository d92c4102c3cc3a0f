"""The Python steps of offers: what SQL cannot say.

allocation.py   who gets which offer when stock, budget and slots are scarce
propensity.py   who will respond; its coefficients are data that SQL scores with
learning.py     learns that from past months, and whether it beats the plain rate
off_policy.py   what another policy would have earned, from a log with probabilities
gate.py         personalise only where it surely pays
uplift.py       what happens because of an offer; how many people a test needs
reliability.py  whether predictions are what happens, and still fit
fairness.py     whether groups of people get other discounts than the rest
people.py       people as raw records tell of them, for
replay.py       a second judge of what may be sent, by replay_rules.py

Pure: columns in, columns out. The chain calls allocation and learning; a step that fails falls
back to the SQL of `dbt_project/models/intermediate/offers`. The methods are measured in
`benchmarks/offers.py`.
"""
