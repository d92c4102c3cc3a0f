"""Probabilistic matching of CRM records that share no id: proposals, never decisions.

Splink estimates how probable it is that two records mean one person. What lies above one threshold
becomes a weak link, which identity resolution may use and anybody may take back; what lies between
the thresholds goes to a steward. Optional and off: `pip install customer360[probabilistic]`, then
`c360 identity match`; see docs/matching.md.
"""
