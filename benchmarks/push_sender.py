"""What WeChat's servers do when they push, written apart from the receiver's own code."""

import base64
import hashlib
import os
import struct
from urllib.parse import urlencode

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

APPID = "wx00000000000000b1"
ORIGINAL_ID = "gh_0000000000b1"
TOKEN = "invented-token"  # noqa: S105 - of no account
KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")


def signature(*parts: str) -> str:
    """The protocol's signature of the parts."""
    ordered = sorted(parts)
    return hashlib.sha1("".join(ordered).encode()).hexdigest()  # noqa: S324 - the protocol's


def sealed(message: bytes, appid: str = APPID, key: str = KEY) -> str:
    """The message in an AES envelope."""
    secret = base64.b64decode(key + "=")
    plain = os.urandom(16) + struct.pack(">I", len(message)) + message + appid.encode()
    padder = padding.PKCS7(32 * 8).padder()
    encryptor = Cipher(algorithms.AES256(secret), modes.CBC(secret[:16])).encryptor()
    data = encryptor.update(padder.update(plain) + padder.finalize()) + encryptor.finalize()
    return base64.b64encode(data).decode()


def sealed_body(envelope: str, to: str = ORIGINAL_ID) -> bytes:
    """The envelope as the body of a push."""
    to_user = f"<ToUserName><![CDATA[{to}]]></ToUserName>"
    return f"<xml>{to_user}<Encrypt><![CDATA[{envelope}]]></Encrypt></xml>".encode()


def sealed_query(envelope: str, timestamp: int, nonce: str = "n1") -> dict[str, str]:
    """The query of a push in AES mode."""
    stamp = str(timestamp)
    return {
        "signature": signature(TOKEN, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": "oBBBB_fake",
        "encrypt_type": "aes",
        "msg_signature": signature(TOKEN, stamp, nonce, envelope),
    }


def plain_query(timestamp: int, nonce: str = "n1") -> dict[str, str]:
    """The query of a push in plain mode."""
    stamp = str(timestamp)
    return {"signature": signature(TOKEN, stamp, nonce), "timestamp": stamp, "nonce": nonce}


def event(number: int, timestamp: int, name: str = "SCAN") -> bytes:
    """An invented follower's event."""
    text = (
        f"<xml><ToUserName><![CDATA[{ORIGINAL_ID}]]></ToUserName>"
        f"<FromUserName><![CDATA[oBBBB_fake-openid-{number:010}]]></FromUserName>"
        f"<CreateTime>{timestamp}</CreateTime><MsgType><![CDATA[event]]></MsgType>"
        f"<Event><![CDATA[{name}]]></Event><EventKey><![CDATA[store:SH001]]></EventKey></xml>"
    )
    return text.encode()


def http_request(number: int, timestamp: int, appid: str = APPID) -> bytes:
    """A whole request in AES mode, ready for the wire."""
    envelope = sealed(event(number, timestamp), appid)
    body = sealed_body(envelope)
    query = urlencode(sealed_query(envelope, timestamp, f"n{number}"))
    head = (
        f"POST /push/{appid}?{query} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
