"""Types the first command into a running demo and looks at the answer, as its user would."""

from __future__ import annotations

import json
import sys
import time
from typing import Any
from urllib.request import Request, urlopen

COMMAND = "/account-health Quelmarra Holdings"
EXPECTED = "Quelmarra Holdings Inc"


def get(url: str) -> Any:
    with urlopen(url, timeout=30) as answer:
        return json.load(answer)


def post(url: str, body: dict[str, Any]) -> Any:
    request = Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})
    with urlopen(request, timeout=30) as answer:
        return json.load(answer)


def main(base: str) -> int:
    """Ask as the first TA, wait for the card."""
    people = get(f"{base}/control/state")["people"]
    asker = next(one for one in people if one["kind"] == "member" and one["title"] == "ta")
    started = time.monotonic()
    post(f"{base}/control/type", {"user": asker["id"], "channel": "", "text": COMMAND})
    while time.monotonic() - started < 10:
        for message in get(f"{base}/control/screen?user={asker['id']}")["messages"]:
            kinds = [block["type"] for block in message.get("blocks", ())]
            if EXPECTED in message["text"] and "data_table" in kinds and "data_visualization" in kinds:
                print(f"the demo answered {COMMAND} in {time.monotonic() - started:.2f} s: {message['text']}")
                return 0
        time.sleep(0.1)
    print("the demo did not answer:", json.dumps(get(f"{base}/control/screen?user={asker['id']}"))[:2000])
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
