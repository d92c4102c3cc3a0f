"""What a call to WeChat can end with.

    Retryable                       Fatal
    ├── NotReadyError               ├── DailyQuotaError     goes on after midnight in Beijing
    └── (network, busy, limits)     ├── OutOfRangeError     the days can no longer be had
                                    ├── BadOpenidError      one of the openids is not a follower's
                                    └── (configuration)

Messages name account, endpoint and code. `errmsg` is not shown: it may repeat what was asked.
"""

from warehouse.errors import Fatal, Retryable

OK = 0
BUSY = -1
TOKEN_CODES = frozenset({40001, 40014, 42001})
MINUTE_LIMIT = 45011
DAILY_QUOTA = 45009
NOT_READY = 61503
OUT_OF_RANGE = 61501
BAD_OPENID = 40003

ADVICE = {
    40013: "the appid is wrong; see config/accounts.yml",
    40125: "the AppSecret is wrong; see C360_WECHAT_SECRET_<APPID>",
    40164: "this machine's address is not on the account's IP allow list",
    41001: "no token was sent: a defect, please report it",
    43019: "the receiver is on the blacklist",
    48001: "the account has no permission for this API; see its console",
    50002: "the account is blocked",
    61500: "the date format is wrong: a defect, please report it",
}


class NotReadyError(Retryable):
    """The figures of that day are not computed yet; ask again later the same day."""


class DailyQuotaError(Fatal):
    """The endpoint's quota of the day is used up."""


class OutOfRangeError(Fatal):
    """The days asked for cannot be had (any more)."""


class BadOpenidError(Fatal):
    """An openid of the call is of another account, or not a follower's."""


def of_code(code: int, place: str) -> Retryable | Fatal:
    """The error of a code that the client does not mend by itself; `place` names the call."""
    text = f"{place}: errcode {code}"
    if code == NOT_READY:
        return NotReadyError(f"{text}: not computed yet")
    if code == DAILY_QUOTA:
        return DailyQuotaError(f"{text}: today's quota is used up; run the pull again tomorrow")
    if code == OUT_OF_RANGE:
        return OutOfRangeError(f"{text}: these days cannot be had")
    if code == BAD_OPENID:
        return BadOpenidError(f"{text}: an openid is not a follower of this account")
    if code in {BUSY, MINUTE_LIMIT}:
        return Retryable(f"{text}: WeChat is busy; the next run goes on where this one stopped")
    return Fatal(f"{text}: {ADVICE.get(code, 'see the list of return codes')}")
