"""The same relay as a user of aiohttp writes it: POST a dialog, get the upstream's frames as lines.

No accounts, bills or limits. Run by gunicorn: `gunicorn -k aiohttp.GunicornWebWorker aiohttp_relay:app`.
"""
import json
import os

import aiohttp
from aiohttp import web

UPSTREAM = os.environ["UPSTREAM_URL"]


def question(body):
    return {
        "header": {"app_id": "bench", "uid": body["username"]},
        "parameter": {"chat": {"domain": "generalv3.5", "temperature": 0.5, "max_tokens": 4096}},
        "payload": {"message": {"text": body["dialog"]}},
    }


async def stream(request):
    body = await request.json()
    response = web.StreamResponse(headers={"Content-Type": "application/json; charset=utf-8"})
    await response.prepare(request)
    async with request.app["session"].ws_connect(UPSTREAM) as upstream:
        await upstream.send_json(question(body))
        async for message in upstream:
            frame = json.loads(message.data)
            await response.write(message.data.encode() + b"\n")
            if frame["header"]["status"] == 2:
                break
    await response.write_eof()
    return response


async def session(application):
    application["session"] = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    yield
    await application["session"].close()


app = web.Application()
app.cleanup_ctx.append(session)
app.router.add_post("/textModel/stream", stream)
