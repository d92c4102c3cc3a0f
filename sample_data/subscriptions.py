"""WeChat's own pushes about a mini-program: subscription messages and withdrawn privacy."""

from typing import Final

from sample_data.brand import MALL, ORIGINAL_ID, TEMPLATES
from sample_data.contacts import Contact
from sample_data.dice import Dice
from sample_data.people import Person
from sample_data.recorder import Recorder

KIND: Final = ("mini_program", "subscriptions")
ANSWERS: Final = ("accept", "accept", "accept", "reject")

Items = list[dict[str, str]]


def _push(recorder: Recorder, user: tuple[str, str], what: tuple[int, str, Items]) -> None:
    """Write a push for (appid, openid); WeChat sends one item bare and several as a list."""
    appid, openid = user
    at, event, items = what
    record = {
        "ToUserName": ORIGINAL_ID[appid],
        "FromUserName": openid,
        "CreateTime": at,
        "MsgType": "event",
        "Event": event,
        "List": items[0] if len(items) == 1 else items,
    }
    recorder.record(KIND, at + 1, record)


def popup(recorder: Recorder, dice: Dice, user: tuple[str, str], at: int) -> None:
    """Write what somebody answered when asked for one-time messages."""
    asked = TEMPLATES[: dice.choice((1, 1, 2))]
    items = [
        {"TemplateId": t, "SubscribeStatusString": dice.choice(ANSWERS), "PopupScene": "0"}
        for t in asked
    ]
    _push(recorder, user, (at, "subscribe_msg_popup_event", items))
    if dice.chance(0.02):  # and some switch a template off in the settings
        switched = [{"TemplateId": asked[0], "SubscribeStatusString": "reject"}]
        _push(recorder, user, (at + 600, "subscribe_msg_change_event", switched))


def message_sent(recorder: Recorder, person: Person, contact: Contact) -> None:
    """Write how a subscription message ended."""
    result = {
        "TemplateId": contact.template_id,
        "MsgID": f"19{contact.message_id[3:]}",
        "ErrorCode": str(contact.errcode),
        "ErrorStatus": "failed" if contact.failed else "success",
    }
    at = contact.failed or contact.delivered
    user = (MALL, person.openids[MALL])
    _push(recorder, user, (at, "subscribe_msg_sent_event", [result]))


def privacy_withdrawn(recorder: Recorder, person: Person, at: int) -> None:
    """Write WeChat's notice that somebody withdrew the phone number from the mall."""
    record = {
        "ToUserName": ORIGINAL_ID[MALL],
        "FromUserName": "oPLATFORM_fake",
        "CreateTime": at,
        "MsgType": "event",
        "Event": "user_authorization_revoke",
        "OpenID": person.openids[MALL],
        "AppID": MALL,
        "RevokeInfo": "8",
    }
    recorder.record(("mini_program", "privacy"), at + 1, record)
