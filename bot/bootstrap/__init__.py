"""Settings to adapters to ports to the Bolt app: the only package that knows every concrete.

`house` opens what every entry needs and `answering` wires who answers what; `serving`, `trying`,
`importing`, `doctoring` and `keeping` are the entries of the command line, each imported when it is asked
for, so that `ta-bot version` does not wait for Slack's libraries.
"""
