"""What an offer earns on average, learnt on other people: the model that doubly robust corrects."""

import numpy as np
import numpy.typing as npt

from next_best_offer.estimate import Values
from next_best_offer.off_policy import RewardModel

Names = npt.NDArray[np.str_]

PRIOR_DECISIONS = 20
"""How many decisions the mean of all offers weighs beside an offer's own."""


def by_offer(
    offer: Names, policy_offer: Names, reward: Values, fold: npt.NDArray[np.int64]
) -> RewardModel:
    """Mean reward of the offer made and of the one the policy makes, from the other fold's rows.

    A mean is shrunk towards that of all offers; an offer the other fold never made has just that.

    Raises:
        ValueError: one of the two folds is empty.
    """
    _, codes = np.unique(np.concatenate([offer, policy_offer]), return_inverse=True)
    made, wanted = codes[: len(offer)], codes[len(offer) :]
    logged, target = np.zeros(len(offer)), np.zeros(len(offer))
    for here in (0, 1):
        is_here = fold == here
        if not is_here.any() or is_here.all():
            raise ValueError("both folds need decisions")
        count = np.bincount(made[~is_here], minlength=codes.max() + 1)
        earned = np.bincount(made[~is_here], weights=reward[~is_here], minlength=len(count))
        mean = reward[~is_here].mean()
        expected = (earned + PRIOR_DECISIONS * mean) / (count + PRIOR_DECISIONS)
        logged[is_here], target[is_here] = expected[made[is_here]], expected[wanted[is_here]]
    return RewardModel(logged, target)
