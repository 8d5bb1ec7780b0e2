"""The bot with 29 more slash commands, for what a request costs as listeners grow."""

from __future__ import annotations

import sys
from pathlib import Path

import commands
from bot.__main__ import main

MORE = 29
_COMMAND = '''"""One of many."""
from bot.blocks.answers import Message

COMMAND, SUMMARY, USAGE, EXAMPLES, AUDIENCE = "/more-{n}", "One of many", "", (), "members"


async def answer(asked, ports):
    """Answers nothing in particular."""
    return Message(text="more")
'''

if __name__ == "__main__":
    more = Path("more-commands")  # in the server's working directory, which is the run's own
    more.mkdir(exist_ok=True)
    for number in range(MORE):
        (more / f"a_more_{number}.py").write_text(_COMMAND.format(n=number), encoding="utf-8")
    commands.__path__.append(str(more.resolve()))
    sys.argv[1:] = ["serve"]
    main()
