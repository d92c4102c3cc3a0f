"""The brand of three days with what the growth marts look at besides: silence, service, reading."""

from datetime import date, timedelta
from random import Random

from tests.integration.dbt.brand import (
    DAYS,
    MEMBERS,
    Record,
    deliveries,
    member,
    moment,
    visitor,
)

LONG_AGO = DAYS[0] - timedelta(days=45)


def growth_deliveries(seed: int = 11) -> list[list[Record]]:
    """As `deliveries`, with older visits, messages, service, stored value, articles and more."""
    rng = Random(seed)
    landed = [list(records) for records in deliveries()]
    landed[0] += [_old_visit(number) for number in range(0, MEMBERS, 2)]
    landed[0] += [_old_visit(number, later=3) for number in range(0, MEMBERS, 4)]
    landed[0] += [
        record
        for number in range(0, MEMBERS, 3)
        for back in (40, 12)
        for record in _old_order(number, back)
    ]
    landed[0].append(_stranger())
    landed[0] += [_message(number, back) for number in range(MEMBERS) for back in (20, 3, 2)]
    for place, day in enumerate(DAYS):
        for number in range(0, MEMBERS, 3):
            later = min(place + rng.choice((0, 0, 1)), len(DAYS) - 1)
            landed[later] += [
                _stored_value(number, day),
                _conversation(number, day),
                _check_in(number, day),
                _tier(number, day),
            ]
        landed[place] += [_wecom(place, day), _article(day), _invitation(place, day)]
    # What becomes of it is known a day later.
    landed[2] += [_late_click(number) for number in range(6)]
    landed[1].append(_login_of_a_stranger())
    return landed


def _old_visit(number: int, later: int = 0) -> Record:
    at = moment(LONG_AGO + timedelta(days=later), 9, number)
    body = {"event": "$MPLaunch", "properties": {"$scene": "wx-1008", "$os": "iOS"}}
    return Record("mini_program", "events", f"old-{number}-{later}", at, body, visitor(number))


def _old_order(number: int, back: int) -> list[Record]:
    """Two of these are the same product again."""
    at = moment(DAYS[0] - timedelta(days=back), 15, number)
    order = f"OLD{number}-{back}"
    stamp = at.isoformat()
    body = {
        "order_id": order, "created_at": stamp, "updated_at": stamp, "paid_at": stamp,
        "status": "paid", "channel": "store", "total_fen": 3_000, "promotion_type": "none",
    }  # fmt: skip
    line = {
        "order_id": order, "line_no": "1", "category": "tea", "product_id": "PR-OOLONG",
        "quantity": 1, "unit_price_fen": 3_000,
    }  # fmt: skip
    return [
        Record("commerce", "orders", f"{order}@1", at, body, member(number)),
        Record("commerce", "order_lines", f"{order}/1", at, line),
    ]


def _contact(number: int, back: int) -> dict[str, str]:
    sent = moment(DAYS[0] - timedelta(days=back), 10)
    return {
        "message_id": f"MSG{number}-{back}",
        "updated_at": sent.isoformat(),
        "channel": "sms",
        "class": "marketing",
        "offer_id": "OF-TEA",
        "sent_at": sent.isoformat(),
        "delivered_at": sent.isoformat(),
    }


def _message(number: int, back: int) -> Record:
    at = moment(DAYS[0] - timedelta(days=back), 10)
    return Record(
        "commerce", "contacts", f"MSG{number}-{back}@1", at, _contact(number, back), member(number)
    )


def _late_click(number: int) -> Record:
    at = moment(DAYS[0] - timedelta(days=2), 12)
    body = {**_contact(number, 2), "opened_at": at.isoformat(), "clicked_at": at.isoformat()}
    return Record("commerce", "contacts", f"MSG{number}-2@2", at, body, member(number))


STRANGER = ("openid", "wx00000000000000a2", "oA2_fake-stranger", 2)


def _stranger() -> Record:
    at = moment(LONG_AGO, 7)
    body = {"event": "$MPLaunch", "properties": {"$scene": "wx-1089", "$os": "iOS"}}
    return Record("mini_program", "events", "stranger-alone", at, body, (STRANGER,))


def _login_of_a_stranger() -> Record:
    """An openid seen alone the day before turns out to be member 1's: old days change hands."""
    at = moment(DAYS[1], 8)
    body = {"member_id": "M000001", "updated_at": at.isoformat(), "birth_date": "1991-05-17"}
    return Record("commerce", "members", "M1@stranger", at, body, (STRANGER, *member(1)))


def _stored_value(number: int, day: date) -> Record:
    at = moment(day, 11, number)
    body = {
        "entry_id": f"SV{number}-{day:%d}", "member_id": f"M{number:06d}",
        "delta_fen": 5_000 if number % 2 else -700, "gift_delta_fen": 100 if number % 2 else 0,
        "reason": "top_up" if number % 2 else "spend", "occurred_at": at.isoformat(),
    }  # fmt: skip
    return Record("commerce", "stored_value", body["entry_id"], at, body, member(number))


def _conversation(number: int, day: date) -> Record:
    at = moment(day, 12, number)
    body = {
        "conversation_id": f"SC{number}-{day:%d}", "member_id": f"M{number:06d}",
        "channel": "wecom",
        "opened_at": at.isoformat(), "first_reply_at": (at + timedelta(minutes=2)).isoformat(),
        "topic": "complaint" if number % 2 else "delivery", "rating": 2, "message_count": 4,
    }  # fmt: skip
    return Record(
        "commerce", "service_conversations", body["conversation_id"], at, body, member(number)
    )


def _check_in(number: int, day: date) -> Record:
    at = moment(day, 0)
    body = {"member_id": f"M{number:06d}", "local_date": str(day), "streak": 1, "points": 5}
    return Record("commerce", "check_ins", f"M{number:06d}|{day}", at, body, member(number))


def _tier(number: int, day: date) -> Record:
    at = moment(day, 16)
    body = {
        "member_id": f"M{number:06d}", "changed_at": at.isoformat(), "from_tier": "basic",
        "to_tier": "silver",
    }  # fmt: skip
    return Record("commerce", "tiers", f"M{number:06d}|{day}", at, body, member(number))


def _wecom(place: int, day: date) -> Record:
    at = moment(day, 13)
    change = ("add_external_contact", "del_follow_user", "add_external_contact")[place]
    body = {
        "ToUserName": "ww00000000000000e1", "Event": "change_external_contact",
        "ChangeType": change, "ExternalUserID": f"wm_fake-{place}", "State": "store:SH001",
    }  # fmt: skip
    return Record("official_account", "wecom_pushes", f"wecom-{place}", at, body)


def _article(day: date) -> Record:
    at = moment(day, 14)
    body = {
        "appid": "wx00000000000000b1", "endpoint": "getarticletotaldetail",
        "list": {"msgid": "1_1", "title": "Tea", "ref_date": str(DAYS[0]), "detail_list": [
            {"stat_date": str(DAYS[0]), "read_user": 100 + day.day, "share_user": 8},
        ]},
    }  # fmt: skip
    return Record("official_account", "statistics", f"article-{day}", at, body)


def _invitation(place: int, day: date) -> Record:
    at = moment(day, 15)
    body = {
        "referral_id": f"RF{place}", "inviter_member_id": "M000001",
        "invitee_member_id": f"M{place + 1:06d}", "campaign_id": "CP-INVITE",
        "invited_at": at.isoformat(), "converted_at": (at + timedelta(hours=5)).isoformat(),
        "reward_ref": f"RW{place}",
    }  # fmt: skip
    return Record("commerce", "referrals", f"RF{place}", at, body)
