// Buttons, menus and inputs. `ctx.press`, `ctx.choose`, `ctx.suggest` tell the workspace; in a form what is
// entered goes to `ctx.values` by block id until it is submitted.

import { el } from "/page/dom.js";
import { textOf } from "/page/mrkdwn.js";

const label = (text, ctx) => textOf(text, ctx.names);
const words = (text) => (text ? text.text : "");

function sure(element) {
  const ask = element.confirm;
  return !ask || window.confirm([words(ask.title), words(ask.text)].filter(Boolean).join("\n\n"));
}

export function element(one, block, ctx) {
  const make = MAKERS[one.type];
  if (!make) return el("span", { class: "notice" }, `An element of type ${one.type} that this page cannot show`);
  return make(one, block, ctx);
}

function button(one, block, ctx) {
  const pressed = () => {
    if (!sure(one)) return;
    if (/^https?:/i.test(one.url || "")) window.open(one.url, "_blank", "noopener");
    ctx.press(one.action_id, one.value);
  };
  const said = one.accessibility_label || null;
  return el("button", { type: "button", class: one.style || null, "aria-label": said, click: pressed }, label(one.text, ctx), one.url ? " ↗" : "");
}

function image(one) {
  if (!/^https:/i.test(one.image_url || "")) return el("span", { class: "notice" }, one.alt_text);
  return el("img", { src: one.image_url, alt: one.alt_text });
}

// What was entered: into the form where it waits for its submit, else to the workspace at once.
function enter(one, block, ctx, value) {
  if (block.type === "input" && !block.dispatch_action) ctx.values[block.block_id] = value;
  else if (value !== "" && sure(one)) ctx.choose(one.action_id, value);
}

function select(one, block, ctx, groups, chosen) {
  const option = ([value, text]) => el("option", { value, selected: value === chosen }, text);
  const inside = groups.map(([name, options]) => (name ? el("optgroup", { label: name }, options.map(option)) : options.map(option)));
  const many = one.type.startsWith("multi_");
  const changed = (event) => {
    const picked = [...event.target.selectedOptions].map((each) => each.value);
    enter(one, block, ctx, many ? picked : picked[0] || "");
  };
  const empty = many ? null : el("option", { value: "" }, words(one.placeholder) || "Choose …");
  const name = words(one.placeholder) || words(block.label) || "Choose";
  return el("select", { "aria-label": name, multiple: many, change: changed }, empty, inside);
}

function staticSelect(one, block, ctx) {
  const pairs = (options) => options.map((each) => [each.value, each.text.text]);
  const groups = one.option_groups ? one.option_groups.map((each) => [each.label.text, pairs(each.options)]) : [["", pairs(one.options)]];
  return select(one, block, ctx, groups, one.initial_option ? one.initial_option.value : null);
}

function peopleSelect(one, block, ctx) {
  return select(one, block, ctx, [["", ctx.people.map((each) => [each.id, each.name])]], one.initial_user);
}

function channelSelect(one, block, ctx) {
  return select(one, block, ctx, [["", ctx.channels.map((each) => [each.id, each.name])]], one.initial_channel || one.initial_conversation);
}

function externalSelect(one, block, ctx) {
  const list = el("ul", { class: "options", role: "listbox", hidden: true });
  let waiting = 0, asked = 0;
  const least = one.min_query_length ?? 3;
  const pick = (option, typed) => () => {
    input.value = option.text.text;
    list.hidden = true;
    if (sure(one)) ctx.choose(one.action_id, option.value, typed);
  };
  const show = async () => {
    const typed = input.value, mine = ++asked;
    if (typed.length < least) { list.hidden = true; return; }
    const options = await ctx.suggest(one.action_id, typed);
    if (mine !== asked) return;
    const rows = options.map((each) => el("li", { role: "option" }, el("button", { type: "button", click: pick(each, typed) }, each.text.text)));
    list.replaceChildren(...(rows.length ? rows : [el("li", { class: "none" }, "Nothing found")]));
    list.hidden = false;
  };
  const typed = () => { window.clearTimeout(waiting); waiting = window.setTimeout(show, 150); };
  const name = words(one.placeholder) || words(block.label) || "Search";
  const started = one.initial_option ? one.initial_option.text.text : "";
  const input = el("input", { type: "search", "aria-label": name, placeholder: name, value: started, input: typed, focus: typed,
    keydown: (event) => { if (event.key === "Escape") list.hidden = true; } });
  return el("span", { class: "typeahead" }, input, list);
}

function overflow(one, block, ctx) {
  const items = one.options.map((each) => el("button", { type: "button", click: (event) => {
    event.target.closest("details").open = false;
    if (/^https?:/i.test(each.url || "")) window.open(each.url, "_blank", "noopener");
    enter(one, block, ctx, each.value);
  } }, label(each.text, ctx)));
  return el("details", { class: "overflow" }, el("summary", { "aria-label": "More" }, "⋯"), el("div", {}, items));
}

function ticks(kind) {
  return (one, block, ctx) => {
    const begun = (one.initial_options || [one.initial_option].filter(Boolean)).map((each) => each.value);
    const box = el("fieldset", {}, one.options.map((each) => el("label", {},
      el("input", { type: kind, name: `${block.block_id}-${one.action_id}`, value: each.value, checked: begun.includes(each.value) }),
      label(each.text, ctx), each.description ? el("small", {}, label(each.description, ctx)) : null)));
    box.addEventListener("change", () => {
      const picked = [...box.querySelectorAll("input:checked")].map((each) => each.value);
      enter(one, block, ctx, kind === "radio" ? picked[0] : picked);
    });
    return box;
  };
}

function input(type, initial) {
  return (one, block, ctx) => {
    const long = one.type === "plain_text_input" && one.multiline;
    const value = ctx.values[block.block_id] ?? one[initial] ?? "";
    const changed = (event) => {
      const raw = event.target.value;
      const entered = type === "datetime-local" ? Math.floor(new Date(raw).getTime() / 1000) : raw;
      if (block.type === "input") ctx.values[block.block_id] = entered;
      else enter(one, block, ctx, entered);
    };
    const shared = { "aria-label": words(block.label) || words(one.placeholder) || "Enter", placeholder: words(one.placeholder) || null };
    if (long) return el("textarea", { ...shared, rows: 4, maxlength: one.max_length || 3000, input: changed }, value);
    const event = block.type === "input" ? "input" : "change";
    return el("input", { ...shared, type, value, maxlength: one.max_length || null, [event]: changed });
  };
}

const MAKERS = {
  button, image, overflow,
  workflow_button: button,
  static_select: staticSelect, multi_static_select: staticSelect,
  external_select: externalSelect, multi_external_select: externalSelect,
  users_select: peopleSelect, multi_users_select: peopleSelect,
  conversations_select: channelSelect, multi_conversations_select: channelSelect,
  channels_select: channelSelect, multi_channels_select: channelSelect,
  checkboxes: ticks("checkbox"), radio_buttons: ticks("radio"),
  datepicker: input("date", "initial_date"), timepicker: input("time", "initial_time"),
  datetimepicker: input("datetime-local", "initial_date_time"),
  plain_text_input: input("text", "initial_value"), email_text_input: input("email", "initial_value"),
  url_text_input: input("url", "initial_value"), number_input: input("number", "initial_value"),
};
