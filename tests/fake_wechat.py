"""A WeChat of our own on loopback: the endpoints a pull uses, and the faults they show in life.

A fault is put into `faults[endpoint]` as a list; each call of the endpoint takes the first.
"""

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "invented-secret"  # noqa: S105 - of no account
PAGE = 10_000
Json = dict[str, Any]


@dataclass
class FakeWeChat:
    """State of the fake: followers, tokens, faults, and what was called."""

    followers: list[str] = field(default_factory=list)
    refused_openids: set[str] = field(default_factory=set)
    page_size: int = PAGE
    faults: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    calls: Counter[str] = field(default_factory=Counter)
    requests: list[tuple[str, Json]] = field(default_factory=list)
    staff: dict[str, list[str]] = field(default_factory=dict)
    asking_for_token: int = 0
    most_asking: int = 0
    tokens_given: int = 0
    current_token: str = "token-1"  # noqa: S105 - of no account
    lock: threading.Lock = field(default_factory=threading.Lock)
    url: str = ""

    def answer(self, path: str, query: dict[str, str], body: Json) -> bytes:
        """The reply to one call."""
        endpoint = path.removeprefix("/")
        with self.lock:
            self.calls[endpoint] += 1
            self.requests.append((endpoint, {**query, **body}))
            fault = self.faults[endpoint].pop(0) if self.faults[endpoint] else ""
        if endpoint in {"cgi-bin/stable_token", "cgi-bin/gettoken"}:
            return dumped(self._faulty(fault) or self._token(body or query))
        if query.get("access_token") != self.current_token:
            return dumped({"errcode": 40001, "errmsg": "invalid credential rid: 1"})
        if fault == "expired":
            self.current_token = f"{self.current_token}x"
            return dumped({"errcode": 42001, "errmsg": "access_token expired rid: 1"})
        if fault == "leave":
            self.followers.pop(0)
        if fault == "join":
            self.followers.append(f"oBBBB_new-{len(self.followers):06}")
        reply = self._faulty(fault) or self._reply(endpoint, query, body, fault)
        data = dumped(reply)
        return data[: len(data) // 2] if fault == "cut" else data

    def _faulty(self, fault: str) -> Json | None:
        if fault == "slow":
            time.sleep(0.6)
        if fault.removeprefix("-").isdecimal():
            return {"errcode": int(fault), "errmsg": "why it failed rid: 1"}
        return None

    def _token(self, asked: Json) -> Json:
        with self.lock:
            self.asking_for_token += 1
            self.most_asking = max(self.most_asking, self.asking_for_token)
        time.sleep(0.02)
        with self.lock:
            self.asking_for_token -= 1
            self.tokens_given += 1
            if asked.get("force_refresh"):
                self.current_token = f"token-forced-{self.tokens_given}"
        if asked.get("secret", asked.get("corpsecret")) != SECRET:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        return {"access_token": self.current_token, "expires_in": 7200}

    def _reply(self, endpoint: str, query: dict[str, str], body: Json, fault: str) -> Json:
        if endpoint == "cgi-bin/user/get":
            return self._follower_page(query.get("next_openid", ""), fault)
        if endpoint == "cgi-bin/user/info/batchget":
            return self._details([each["openid"] for each in body["user_list"]])
        if endpoint == "cgi-bin/tags/get":
            return {"tags": [{"id": 100, "name": "会员", "count": 7}]}
        if endpoint == "cgi-bin/externalcontact/get_follow_user_list":
            return {"errcode": 0, "errmsg": "ok", "follow_user": list(self.staff)}
        if endpoint == "cgi-bin/externalcontact/batch/get_by_user":
            return self._contacts(body)
        return {"list": [{"ref_date": body["begin_date"], "visit_uv": 7}]}

    def _follower_page(self, after: str, fault: str) -> Json:
        start = self.followers.index(after) + 1 if after in self.followers else 0
        if after and after not in self.followers:
            # The one who led here has left: the list goes on behind where he stood.
            start = sum(openid <= after for openid in self.followers)
        if fault == "same page":
            start = max(0, start - self.page_size)
        page = self.followers[start : start + self.page_size]
        if fault == "short":
            return {"total": len(self.followers), "count": len(page),
                    "data": {"openid": page[:-1]}, "next_openid": page[-1]}  # fmt: skip
        if fault == "early end":
            page = []
        reply: Json = {"total": len(self.followers), "count": len(page)}
        if page:
            is_last = start + len(page) >= len(self.followers)
            reply |= {"data": {"openid": page}, "next_openid": "" if is_last else page[-1]}
        return reply | ({} if page else {"next_openid": ""})

    def _details(self, openids: list[str]) -> Json:
        if self.refused_openids & set(openids) or len(openids) > 100:
            return {"errcode": 40003, "errmsg": "invalid openid hint: [x] rid: 1"}
        return {
            "user_info_list": [
                {"subscribe": 1, "openid": openid, "subscribe_time": 1_795_000_000, "remark": ""}
                for openid in openids
            ]
        }

    def _contacts(self, body: Json) -> Json:
        contacts = [each for userid in body["userid_list"] for each in self.staff[userid]]
        start = int(body["cursor"] or 0)
        end = start + body["limit"]
        found = [
            {"external_contact": {"external_userid": each, "type": 1}, "follow_info": {}}
            for each in contacts[start:end]
        ]
        following = str(end) if end < len(contacts) else ""
        return {"errcode": 0, "external_contact_list": found, "next_cursor": following}


def dumped(reply: Json) -> bytes:
    """A reply over several lines, as a server may write it."""
    return json.dumps(reply, ensure_ascii=False, indent=1).encode()


@contextmanager
def serving(fake: FakeWeChat) -> Iterator[FakeWeChat]:
    """The fake on a free port of loopback, its address in `url`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer({})

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            self._answer(json.loads(self.rfile.read(length) or b"{}"))

        def _answer(self, body: Json) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            data = fake.answer(parts.path, query, body)
            self.send_response(200)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
