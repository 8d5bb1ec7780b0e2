// Buttons, menus, pickers and inputs. `ctx.press`, `ctx.choose`, `ctx.suggest` tell the workspace; in a form what is
// entered goes to `ctx.values` by block id until it is submitted.

import { combo, matching } from "/page/combo.js";
import { confirmed, el, fresh, icon, menu } from "/page/dom.js";
import { emoji, isSafe, mrkdwn, textOf } from "/page/mrkdwn.js";

const words = (text) => (text ? (text.emoji === false ? text.text : emoji(text.text)) : "");
const sure = (one, ctx) => confirmed(one.confirm, (text) => textOf(text, ctx.reader));
const nameOf = (one, block) => words(block.label) || words(one.placeholder) || words(block.text) || "Choose";
const hidden = (one, ctx) => one.visible_to_user_ids && !one.visible_to_user_ids.includes(ctx.reader.me);

export function element(one, block, ctx) {
  const make = MAKERS[one?.type];
  if (!make) return el("span", { class: "notice" }, `An element of type ${one?.type} that this page cannot show`);
  return hidden(one, ctx) ? null : make(one, block, ctx);
}

// A link opens as whoever acts here: what it leads to may ask them to agree to something.
function visit(address, ctx) {
  if (!isSafe(address)) return;
  document.cookie = `standin-user=${ctx.reader.me};path=/;SameSite=Lax`;
  window.open(address, "_blank", "noopener");
}

// A button is busy until the workspace answered, so that a second press is not one too many.
function pressing(one, ctx, value) {
  return async (event) => {
    const node = event.currentTarget;
    if (!(await sure(one, ctx))) return;
    visit(one.url, ctx);
    node.setAttribute("aria-busy", "true");
    try { await ctx.press(one.action_id, value); } finally { node.removeAttribute("aria-busy"); }
  };
}

function button(one, block, ctx) {
  return el("button", { type: "button", class: `button ${one.style || ""}`, "aria-label": one.accessibility_label || null, "data-action": one.action_id, click: pressing(one, ctx, one.value) },
    textOf(one.text, ctx.reader), one.url ? el("span", { class: "away", "aria-hidden": "true" }, " ↗") : null);
}

function iconButton(one, block, ctx) {
  return el("button", { type: "button", class: "icon-button", "aria-label": one.accessibility_label || words(one.text), title: words(one.text), click: pressing(one, ctx, one.value) }, icon(one.icon === "trash" ? "trash" : "dots"));
}

function feedback(one, block, ctx) {
  const thumb = (each, picture) => el("button", { type: "button", class: "icon-button", "aria-label": each.accessibility_label || words(each.text), title: words(each.text), click: pressing(one, ctx, each.value) }, icon(picture));
  return el("span", { class: "thumbs" }, thumb(one.positive_button, "up"), thumb(one.negative_button, "thumb"));
}

// A picture that does not load says what it would have shown.
export function picture(one, kind = "picture") {
  const missing = () => el("span", { class: `${kind} missing`, role: "img", "aria-label": one.alt_text }, one.alt_text);
  if (!/^https?:/i.test(one.image_url || "")) return missing();
  return el("img", { class: kind, src: one.image_url, alt: one.alt_text, loading: "lazy", error: (event) => event.target.replaceWith(missing()) });
}

// What was entered: into the form where it waits for its submit, else to the workspace at once.
async function enter(one, block, ctx, value) {
  if (block.type === "input") ctx.values[block.block_id] = value;
  if (block.type === "input" && !block.dispatch_action) return;
  if (value !== "" && value !== undefined && (await sure(one, ctx))) await ctx.choose(one.action_id, value);
}

// ---- menus

const option = (each) => ({ value: each.value, text: words(each.text), note: words(each.description) });
const own = (one) => (one.option_groups ? one.option_groups.map((each) => ({ label: words(each.label), options: each.options.map(option) })) : [{ options: (one.options || []).map(option) }]);

const SOURCES = {
  static: (one) => (typed) => own(one).map((group) => ({ ...group, options: matching(group.options, typed) })),
  users: (one, ctx) => (typed) => [{ options: matching(ctx.people, typed) }],
  conversations: (one, ctx) => (typed) => [{ options: matching(ctx.conversations(one.filter || {}), typed) }],
  channels: (one, ctx) => (typed) => [{ options: matching(ctx.conversations({ include: ["public"] }), typed) }],
  external: (one, ctx) => async (typed) => [{ options: (await ctx.suggest(one.action_id, typed)).map(option) }],
};
const BEGIN = { static: "option", external: "option", users: "user", conversations: "conversation", channels: "channel" };

function begun(one, kind, block, ctx, many) {
  if (ctx.picked[block.block_id]) return ctx.picked[block.block_id];
  const initial = one[`initial_${BEGIN[kind]}${many ? "s" : ""}`];
  const entered = ctx.values[block.block_id];
  const wanted = [entered === undefined ? initial : entered].flat().filter((each) => each !== undefined && each !== null && each !== "");
  const known = kind === "static" ? own(one).flatMap((group) => group.options) : kind === "users" ? ctx.people : kind === "external" ? [] : ctx.conversations({});
  return wanted.map((each) => (typeof each === "object" ? option(each) : known.find((any) => any.value === each) || { value: each, text: ctx.labels.get(each) || each }));
}

function select(one, block, ctx) {
  const many = one.type.startsWith("multi_");
  const kind = one.type.replace("multi_", "").replace("_select", "");
  const changed = async (picked, typed) => {
    picked.forEach((each) => ctx.labels.set(each.value, each.text));
    const values = picked.map((each) => each.value);
    const value = many ? values : values[0];
    if (kind !== "external") return enter(one, block, ctx, value);
    if (block.type === "input") {
      ctx.values[block.block_id] = undefined;
      ctx.picked[block.block_id] = picked;
    }
    if (await sure(one, ctx)) await ctx.choose(one.action_id, value, typed);
  };
  return combo({ name: nameOf(one, block), placeholder: words(one.placeholder) || "Choose an option", source: SOURCES[kind](one, ctx), remote: kind === "external", least: kind === "external" ? one.min_query_length ?? 3 : 0,
    chosen: begun(one, kind, block, ctx, many), changed, most: many ? one.max_selected_items || 100 : 1, focus: one.focus_on_load });
}

function overflow(one, block, ctx) {
  const rows = (one.options || []).map((each) => [words(each.text), () => { visit(each.url, ctx); enter(one, block, ctx, each.value); }, words(each.description)]);
  return el("button", { type: "button", class: "icon-button boxed", "aria-label": "More", "aria-haspopup": "menu", "data-action": one.action_id, click: (event) => menu(event.currentTarget, rows, "More") }, icon("dots"));
}

function ticks(kind) {
  return (one, block, ctx) => {
    const initial = (one.initial_options || [one.initial_option].filter(Boolean)).map((each) => each.value);
    const chosen = [ctx.values[block.block_id] ?? initial].flat();
    const name = fresh("choice");
    const box = el("fieldset", { class: "ticks", "aria-label": nameOf(one, block) }, (one.options || []).map((each) => el("label", {},
      el("input", { type: kind, name, value: each.value, checked: chosen.includes(each.value) }),
      el("span", {}, textOf(each.text, ctx.reader), each.description ? el("small", {}, textOf(each.description, ctx.reader)) : null))));
    box.addEventListener("change", () => {
      const picked = [...box.querySelectorAll("input:checked")].map((each) => each.value);
      enter(one, block, ctx, kind === "radio" ? picked[0] : picked);
    });
    return box;
  };
}

// ---- inputs and pickers

const FROM_FIELD = { "datetime-local": (raw) => (raw ? Math.floor(new Date(raw).getTime() / 1000) : ""), rich: (raw) => (raw ? rich(raw) : "") };
const rich = (text) => ({ type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] });
const saidIn = (value) => (value?.elements || []).map((part) => part.text ?? saidIn(part)).join("");

function toField(type, value) {
  if (type === "datetime-local" && value) return new Date((value - new Date(value * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16);
  return type === "rich" ? saidIn(value) : value ?? "";
}

function input(type, initial) {
  return (one, block, ctx) => {
    const long = type === "rich" || (type === "text" && one.multiline);
    const value = toField(type, ctx.values[block.block_id] ?? one[initial]);
    const read = (event) => (FROM_FIELD[type] ? FROM_FIELD[type](event.target.value) : event.target.value);
    const waits = block.type === "input";
    const label = words(block.label) || words(one.placeholder) || "Enter";
    const shared = { class: "field", "aria-label": label, placeholder: words(one.placeholder) || null, maxlength: one.max_length || null, autofocus: one.focus_on_load || null,
      input: (event) => { if (waits) ctx.values[block.block_id] = read(event); }, change: (event) => { if (!waits || block.dispatch_action) enter(one, block, ctx, read(event)); } };
    if (long) return el("textarea", { ...shared, rows: one.min_lines || 4 }, value);
    return el("input", { ...shared, type: type === "number" ? "text" : type, inputmode: type === "number" ? "decimal" : null, value });
  };
}

function files(one, block, ctx) {
  const named = (event) => { ctx.values[block.block_id] = [...event.target.files].map((file, number) => ({ id: `F0DEMO${number}00`, name: file.name })); };
  return el("input", { class: "field", type: "file", multiple: (one.max_files || 10) > 1, "aria-label": words(block.label) || "Files", accept: (one.filetypes || []).map((each) => `.${each}`).join(",") || null, change: named });
}

const SELECTS = Object.keys(BEGIN).flatMap((kind) => [`${kind}_select`, `multi_${kind}_select`]);
const MAKERS = {
  ...Object.fromEntries(SELECTS.map((kind) => [kind, select])),
  button, overflow, workflow_button: button, icon_button: iconButton, feedback_buttons: feedback,
  image: (one) => picture(one, "thumb"),
  url: (one) => el("a", { href: isSafe(one.url) ? one.url : null, target: "_blank", rel: "noopener noreferrer" }, one.text || one.url),
  checkboxes: ticks("checkbox"), radio_buttons: ticks("radio"),
  datepicker: input("date", "initial_date"), timepicker: input("time", "initial_time"),
  datetimepicker: input("datetime-local", "initial_date_time"),
  plain_text_input: input("text", "initial_value"), email_text_input: input("email", "initial_value"),
  url_text_input: input("url", "initial_value"), number_input: input("number", "initial_value"),
  rich_text_input: input("rich", "initial_value"), file_input: files,
  plain_text: (one, block, ctx) => el("span", {}, textOf(one, ctx.reader)),
  mrkdwn: (one, block, ctx) => el("span", {}, mrkdwn(one.text, ctx.reader)),
};
