"""Durable work: what was promised is done exactly once over crashes, restarts and several replicas.

Rows say what is due (`bot.ports.jobs`) and what is to be said (`bot.ports.outgoing`). `sweeping` hands each row
that is due to the engine, once, in the transaction that marks it. `engine` is DBOS, in the same database; it calls
`performing` for work and `sending` for messages, and calls again after a crash. Both look at the row first, so that
what was finished is not begun again. `tending` keeps the house clean and looks after what the engine lost.
"""
