"""What another policy would have earned, from a log of what was offered with what probability.

A log row is one decision: the reward that followed, the probability with which the logging policy
chose the action it took (`p_logged`, > 0), and the probability with which the policy under question
would take the same action (`p_target`). Estimators, with w = p_target / p_logged:

    inverse propensity   mean(w * reward)                        Horvitz and Thompson 1952
    self-normalised      sum(w * reward) / sum(w)                Swaminathan and Joachims 2015
    doubly robust        mean(q_target + w * (reward - q_logged))    Dudik, Langford and Li 2011

where q_logged is a model's reward of the action taken and q_target its mean reward under the policy
under question, fitted on other rows. All three need that the logging policy could take every action
the other one takes; the effective sample size (Kish) shows how far that holds.
"""

from dataclasses import dataclass

import numpy as np

from next_best_offer.estimate import Estimate, Values, mean_with_interval


@dataclass(frozen=True, slots=True)
class Log:
    """Logged decisions as columns of one length.

    Raises:
        ValueError: the columns differ in length, or a logged probability is not in (0, 1].
    """

    reward: Values
    p_logged: Values
    p_target: Values

    def __post_init__(self) -> None:
        """Refuse a log that no estimator can use."""
        if not len(self.reward) == len(self.p_logged) == len(self.p_target):
            raise ValueError("the log's columns differ in length")
        if np.any((self.p_logged <= 0) | (self.p_logged > 1)):
            raise ValueError("what was chosen had a probability in (0, 1]")

    @property
    def weight(self) -> Values:
        """How much likelier each logged action is under the policy in question."""
        weight: Values = self.p_target / self.p_logged
        return weight

    @property
    def effective_size(self) -> float:
        """How many rows of equal weight would tell as much: (sum w)^2 / sum w^2."""
        squares = float((self.weight**2).sum())
        return float(self.weight.sum() ** 2 / squares) if squares else 0.0


@dataclass(frozen=True, slots=True)
class RewardModel:
    """A model's rewards for each row of a log; it must not have been fitted on that row."""

    logged_action: Values
    target_policy: Values


def inverse_propensity(log: Log) -> Estimate:
    """The mean reward under the policy in question: unbiased, wide when weights are large."""
    return mean_with_interval(log.weight * log.reward)


def self_normalised(log: Log) -> Estimate:
    """The same with weights that sum to one: a little bias, less width (delta method).

    Raises:
        ValueError: the policy in question never takes an action that was logged.
    """
    mean_weight = float(log.weight.mean())
    if mean_weight == 0:
        raise ValueError("no logged action is one of the policy in question")
    value = float((log.weight * log.reward).mean()) / mean_weight
    around = mean_with_interval(log.weight * (log.reward - value) / mean_weight)
    return Estimate(value, value + around.lower, value + around.upper, around.units)


def doubly_robust(log: Log, model: RewardModel) -> Estimate:
    """The model's reward, corrected where the log knows better: right if either of both is."""
    return mean_with_interval(doubly_robust_contributions(log, model))


def doubly_robust_contributions(log: Log, model: RewardModel) -> Values:
    """What each row adds to `doubly_robust`; the difference of two policies is taken row by row."""
    contributions: Values = model.target_policy + log.weight * (log.reward - model.logged_action)
    return contributions


def paired_gain(ours: Log, theirs: Log) -> Estimate:
    """How much more our policy earns than theirs, estimated on the same logged rows.

    The difference is taken row by row, so what both share does not widen the interval.

    Raises:
        ValueError: the two logs are not the same decisions.
    """
    is_same = np.array_equal(ours.reward, theirs.reward)
    if not is_same or not np.array_equal(ours.p_logged, theirs.p_logged):
        raise ValueError("a paired gain needs both policies on the same log")
    return mean_with_interval((ours.weight - theirs.weight) * ours.reward)
