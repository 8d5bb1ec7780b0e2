"""Slack's own payloads become asks; anything else becomes nothing."""

from __future__ import annotations

import copy
import json

import pytest

from bot.slack import payloads
from bot.slack.payloads import Teams

READERS = {
    "slash_command.slash_command_body": payloads.command,
    "block_actions.body": payloads.action,
    "authorize.block_actions_body": payloads.action,
    "view_submission.body": payloads.submission,
    "view_submission.connect_channel_payload": payloads.submission,
    "view_submission.response_url_payload_body": payloads.submission,
    "shortcut.global_shortcut_body": payloads.shortcut,
    "shortcut.message_shortcut_body": payloads.shortcut,
    "block_suggestion.body": payloads.typeahead,
    "events.app_mention_body": payloads.mention,
}


def test_a_command(payload):
    ask = payloads.command(payload("slash_command.slash_command_body"), "ref")
    assert (ask.name, ask.text, ask.asker.user_id, ask.place.channel_id) == (
        "/hello-world",
        "Hi",
        "W111",
        "C111",
    )
    assert ask.response_url.startswith("https://hooks.slack.com/")
    assert ask.request_id == "command:111.111.xxx"


def test_a_mention(payload):
    ask = payloads.mention(payload("events.app_mention_body"), "ref")
    assert (ask.text, ask.asker.user_id, ask.asker.team_id) == ("Hi there!", "W222", "T111")
    assert (ask.place.channel_id, ask.message_ts) == ("C111", "1595926230.009600")
    assert ask.request_id == "mention:C111:1595926230.009600", (
        "the same message is asked once, whatever the event"
    )


@pytest.mark.parametrize(
    ("key", "value"), [("bot_id", "B1"), ("edited", {"ts": "1"}), ("user", None), ("type", "message")]
)
def test_what_is_no_mention_by_a_person(payload, key, value):
    body = payload("events.app_mention_body")
    body["event"][key] = value
    assert payloads.mention(body, "ref") is None


def test_a_pressed_button(payload):
    ask = payloads.action(payload("block_actions.body"), "ref")
    assert (ask.action_id, ask.value, ask.ephemeral, ask.message_ts) == ("a", "click_me_123", True, "111.222")
    assert (ask.asker.team_id, ask.place.channel_id, ask.trigger_id) == ("T111", "C111", "111.222.valid")


@pytest.mark.parametrize(
    ("element", "value"),
    [
        ({"value": "b"}, "b"),
        ({"selected_option": {"value": "A-1"}}, "A-1"),
        ({"selected_option": None}, ""),
        ({"selected_options": [{"value": "a"}, {"value": "b"}]}, "a,b"),
        ({"selected_conversation": "C1"}, "C1"),
        ({"selected_user": "U1"}, "U1"),
        ({"selected_users": ["U1", "U2"]}, "U1,U2"),
        ({"selected_date": "2026-11-21"}, "2026-11-21"),
        ({}, ""),
    ],
)
def test_what_was_chosen(payload, element, value):
    body = payload("block_actions.body")
    body["actions"] = [{"action_id": "a", **element}]
    assert payloads.action(body, "ref").value == value


def test_a_submission_and_its_connected_team(payload):
    ask = payloads.submission(payload("view_submission.body"), "ref")
    assert (ask.callback_id, ask.values, ask.private_metadata) == (
        "view-id",
        {"hspI": "test"},
        "This is for you!",
    )
    teams = payloads.teams(payload("view_submission.connect_channel_payload"))
    assert teams.foreign_to("T-installed-workspace") == "person of another workspace"


def test_a_submissions_own_response_url(payload):
    ask = payloads.submission(payload("view_submission.response_url_payload_body"), "ref")
    assert (ask.response_url, ask.place.channel_id) == ("http://localhost:8888/webhook", "C111")


def test_shortcuts_and_typeaheads(payload):
    found = payloads.shortcut(payload("shortcut.message_shortcut_body"), "ref")
    assert (found.callback_id, found.message_text, found.place.channel_id) == (
        "test-shortcut",
        "<@W222> test",
        "C111",
    )
    assert payloads.shortcut(payload("shortcut.global_shortcut_body"), "ref").place.channel_id == ""
    typed = payloads.typeahead(payload("block_suggestion.body"), "ref")
    assert (typed.action_id, typed.text) == ("es_a", "search word")


@pytest.mark.parametrize("name", READERS)
def test_any_part_may_be_missing_or_of_another_type(payload, name):
    """Every key at every depth taken away, or turned into something else: read or refused, never an error."""
    whole, read = payload(name), READERS[name]
    paths = list(_paths(whole))
    assert len(paths) > 5
    for path in paths:
        for hostile in (..., None, 7, "x", [], {}, [None], [[]]):
            body = _changed(whole, path, hostile)
            ask = read(body, "ref")
            payloads.teams(body)
            payloads.input_blocks(body)
            payloads.readable(body)
            assert ask is None or ask.asker.user_id


def test_the_same_delivery_has_the_same_id_also_without_a_trigger(payload):
    body = payload("slash_command.slash_command_body")
    del body["trigger_id"]
    again = json.loads(json.dumps(body))
    assert payloads.command(body, "a").request_id == payloads.command(again, "b").request_id
    other = payloads.command({**body, "text": "other"}, "c")
    assert other.request_id != payloads.command(body, "a").request_id


@pytest.mark.parametrize(
    ("teams", "why"),
    [
        (Teams("T1"), ""),
        (Teams("T1", "T1"), ""),
        (Teams("T1", "T2"), "person of another workspace"),
        (Teams("T2", "T1"), "another workspace"),
        (Teams("", ""), "another workspace"),
        (Teams("T1", "T1", True), "org-wide install"),
    ],
)
def test_only_one_workspace_is_ours(teams, why):
    assert teams.foreign_to("T1") == why


def _paths(value, path=()):
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


def _changed(whole, path, hostile):
    body = copy.deepcopy(whole)
    at = body
    for key in path[:-1]:
        at = at[key]
    if hostile is ...:
        del at[path[-1]]
    else:
        at[path[-1]] = hostile
    return body
