"""Plain words said to the bot in its direct message: a command's question is recognised, or the likely ones offered."""
