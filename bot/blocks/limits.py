"""Slack's limits by name; where sources disagree, the stricter one."""

from __future__ import annotations

BLOCKS = 50
"""Blocks of one message."""
VIEW_BLOCKS = 100
"""Blocks of a modal or of App Home."""
MESSAGE_CHARS = 13_000
"""All blocks of one message as JSON: undocumented, `msg_blocks_too_long` was seen near 13,200."""
TEXT = 3_000
"""A section's text."""
FIELDS = 10
"""Fields of a section."""
FIELD_TEXT = 2_000
"""One field of a section."""
HEADER = 150
CONTEXT_ELEMENTS = 10
ACTIONS = 25
"""Elements of one actions block."""
BUTTON_TEXT = 75
BUTTON_VALUE = 2_000
URL = 3_000
OPTIONS = 100
"""Options of one menu."""
OPTION_TEXT = 75
OPTION_VALUE = 150
PLACEHOLDER = 150
TABLE_ROWS = 101
"""Rows of a data table, its head included."""
TABLE_COLUMNS = 20
CHART_TITLE = 50
CHART_LABEL = 20
"""A category's or a series' name."""
CHART_AXIS = 50
CHART_POINTS = 20
CHART_SERIES = 6
MODAL_TITLE = 24
METADATA = 3_000
NOTICE = 4_000
"""The top-level text of a message, as Slack recommends it."""
