"""ta-bot: a Slack bot that a Technical Advisor organisation trusts all day.

Nouns in `domain`, promises in `ports`, decisions in `features`, outsiders in `integrations`, `store` and
`slack`, and one place that speaks to Slack. A command (in the `commands` package) is a function: what was
asked in, what to answer out. `bootstrap` wires it all; `standin` is a local Slack workspace to play in and
to test against.
"""

from __future__ import annotations

__version__ = "0.1.0"
