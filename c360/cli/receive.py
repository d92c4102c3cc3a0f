"""The server that takes WeChat's pushes."""

import logging
import os
from typing import Annotated

import typer
import uvicorn

from c360 import push_server
from settings import load_settings

app = typer.Typer()

GRACEFUL_SECONDS = 10


@app.command(epilog="Example: c360 receive --port 8090")
def receive(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8090,
    host: Annotated[str, typer.Option(help="Address; put TLS before it.")] = "127.0.0.1",
    workers: Annotated[int, typer.Option(min=1, help="Processes; each has a journal.")] = 1,
    rotate_seconds: Annotated[
        float, typer.Option(min=0.1, help="How long pushes wait for their landing file.")
    ] = 60.0,
    max_age_seconds: Annotated[
        float, typer.Option(min=1, help="Older or younger signatures are refused.")
    ] = 600.0,
) -> None:
    """Take WeChat's pushes at /push/APPID, durably before each answer.

    Tokens and keys come from C360_PUSH_TOKEN_APPID and C360_PUSH_KEY_APPID (appid in capitals).
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    push_server.check(load_settings())
    os.environ[push_server.ROTATE_VARIABLE] = str(rotate_seconds)
    os.environ[push_server.MAX_AGE_VARIABLE] = str(max_age_seconds)
    uvicorn.run(
        "c360.push_server:create_app",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        http="httptools",
        # An access log would hold signatures and openids.
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        backlog=4096,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
