"""The same relay as a user of Flask writes it: POST a dialog, get the upstream's frames as lines.

No accounts, bills or limits. Run by gunicorn: `gunicorn -k gthread --threads N flask_relay:app`.
"""
import json
import os

import websocket
from flask import Flask, Response, request

UPSTREAM = os.environ["UPSTREAM_URL"]

app = Flask(__name__)


def question(body):
    return {
        "header": {"app_id": "bench", "uid": body["username"]},
        "parameter": {"chat": {"domain": "generalv3.5", "temperature": 0.5, "max_tokens": 4096}},
        "payload": {"message": {"text": body["dialog"]}},
    }


def frames(body):
    upstream = websocket.create_connection(UPSTREAM, timeout=60)
    try:
        upstream.send(json.dumps(question(body)))
        while True:
            text = upstream.recv()
            yield text + "\n"
            if json.loads(text)["header"]["status"] == 2:
                return
    finally:
        upstream.close()


@app.post("/textModel/stream")
def stream():
    return Response(frames(request.get_json()), content_type="application/json; charset=utf-8")
