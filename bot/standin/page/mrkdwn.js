// Slack's mrkdwn, rich text and dates as nodes. `reader` knows names, the reader's time zone and the present time.

import { el } from "/page/dom.js";
import { emoji, emojiNamed } from "/page/emoji.js";

export { emoji };

const INLINE = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\w*])\*(?!\s)([^*\n]*[^*\s])\*(?![\w*])|(?<!\w)_(?!\s)([^_\n]*[^_\s])_(?!\w)|(?<![\w~])~(?!\s)([^~\n]*[^~\s])~(?![\w~])|:([a-z0-9_+'-]+):(?::skin-tone-[2-6]:)?|(?<!\w)(https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)'"*_~])/g;
const SAFE = /^(https?:\/\/|mailto:)/i;
const plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export const isSafe = (address) => SAFE.test(String(address || "").trim());

export function link(address, label) {
  const said = label || String(address || "").replace(/^mailto:/, "");
  if (!isSafe(address)) return el("span", {}, said);
  return el("a", { href: String(address).trim(), target: "_blank", rel: "noopener noreferrer" }, said);
}

export const mention = (text, mine) => el("span", { class: mine ? "mention mine" : "mention" }, text);

// ---- dates in the reader's zone

const DAY = 86400000;
const STYLES = {
  date_num: null,
  date: { month: "long", day: "numeric", year: "numeric" },
  date_short: { month: "short", day: "numeric", year: "numeric" },
  date_long: { weekday: "long", month: "long", day: "numeric", year: "numeric" },
  time: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
};
const written = new Map();

// Making a format is slow and asking one is not, so each is made once.
function format(style, zone) {
  const key = Object.entries(style).join() + zone;
  if (!written.has(key)) written.set(key, new Intl.DateTimeFormat("en-GB", { ...style, timeZone: zone }));
  return written.get(key);
}

// The day as 2026-11-22, which also sorts.
export const dayOf = (instant, zone) => format({}, zone).format(instant).split("/").reverse().join("-");
export const clockOf = (instant, zone) => format(STYLES.time, zone).format(instant);

export function dayName(instant, reader, style = STYLES.date_long) {
  const [then, now] = [dayOf(instant, reader.zone), dayOf(reader.now * 1000, reader.zone)].map(Date.parse);
  const near = { 0: "Today", 1: "Yesterday", "-1": "Tomorrow" }[Math.round((now - then) / DAY)];
  return near || format(style, reader.zone).format(instant);
}

function ago(instant, reader) {
  const seconds = Math.round(instant / 1000 - reader.now);
  const [unit, size] = [["day", 86400], ["hour", 3600], ["minute", 60]].find(([, each]) => Math.abs(seconds) >= each) || ["second", 1];
  return new Intl.RelativeTimeFormat("en").format(Math.trunc(seconds / size), unit);
}

export function date(seconds, pattern, fallback, reader, address) {
  const instant = Number(seconds) * 1000;
  if (!Number.isFinite(instant) || !pattern) return fallback || "";
  const said = pattern.replace(/\{(\w+)\}/g, (whole, name) => {
    if (name === "ago") return ago(instant, reader);
    if (name === "date_num") return dayOf(instant, reader.zone);
    const pretty = name.endsWith("_pretty") ? name.slice(0, -7) : "";
    if (pretty in STYLES) return dayName(instant, reader, STYLES[pretty]).replace(/^[TY]/, (first) => first.toLowerCase());
    return STYLES[name] ? format(STYLES[name], reader.zone).format(instant) : whole;
  });
  const node = el("time", { datetime: new Date(instant).toISOString(), title: fallback || null }, said);
  return isSafe(address) ? el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, node) : node;
}

// ---- mrkdwn

function token(body, reader) {
  const cut = body.indexOf("|");
  const head = cut < 0 ? body : body.slice(0, cut);
  const label = cut < 0 ? "" : plain(body.slice(cut + 1));
  if (/^@[A-Z0-9]+$/.test(head)) return mention("@" + reader.name(head.slice(1), label), head.slice(1) === reader.me);
  if (/^#[A-Z0-9]+$/.test(head)) return mention("#" + reader.name(head.slice(1), label));
  if (head.startsWith("!subteam^")) return mention("@" + reader.name(head.slice(9), label.replace(/^@/, "")), reader.groups.includes(head.slice(9)));
  if (head.startsWith("!date^")) {
    const [, seconds, pattern, address] = head.split("^");
    return date(seconds, plain(pattern || ""), label, reader, address);
  }
  if (head.startsWith("!")) return mention("@" + head.slice(1).split("^")[0], true);
  return link(plain(head), label);
}

function inline(text, reader) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, code, angle, bold, italic, strike, name, address] = found;
    nodes.push(plain(text.slice(at, found.index)));
    at = found.index + whole.length;
    if (code !== undefined) nodes.push(el("code", {}, plain(code)));
    else if (angle !== undefined) nodes.push(token(angle, reader));
    else if (bold !== undefined) nodes.push(el("b", {}, inline(bold, reader)));
    else if (italic !== undefined) nodes.push(el("i", {}, inline(italic, reader)));
    else if (strike !== undefined) nodes.push(el("s", {}, inline(strike, reader)));
    else if (address !== undefined) nodes.push(link(plain(address)));
    else nodes.push(emojiNamed(name) || whole);
  }
  nodes.push(plain(text.slice(at)));
  return nodes;
}

function lines(text, reader) {
  const runs = [];
  for (const line of text.split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (runs.at(-1)?.quoted !== Boolean(quote)) runs.push({ quoted: Boolean(quote), lines: [] });
    runs.at(-1).lines.push(quote ? quote[1] : line);
  }
  return runs.map((run) => (run.quoted ? el("blockquote", {}, inline(run.lines.join("\n"), reader)) : inline(run.lines.join("\n"), reader)));
}

export function mrkdwn(text, reader) {
  return String(text).split(/```\n?([\s\S]+?)\n?```/).map((part, number) => {
    if (number % 2) return el("pre", {}, plain(part));
    return part ? lines(part, reader) : [];
  });
}

export function textOf(object, reader) {
  if (!object) return [];
  if (object.type === "mrkdwn") return mrkdwn(object.text, reader);
  return [object.emoji === false ? object.text : emoji(object.text)];
}

// ---- rich text

const PARTS = {
  rich_text: (part, reader) => el("div", { class: "rich" }, inside(part, reader)),
  rich_text_section: (part, reader) => el("div", { class: "rich-section" }, inside(part, reader)),
  rich_text_list: (part, reader) => el(part.style === "ordered" ? "ol" : "ul", { class: `rich-list in${part.indent || 0}`, start: part.style === "ordered" && part.offset ? part.offset + 1 : null },
    (part.elements || []).map((one) => el("li", {}, richText(one, reader)))),
  rich_text_quote: (part, reader) => el("blockquote", {}, inside(part, reader)),
  rich_text_preformatted: (part, reader) => el("pre", {}, inside(part, reader)),
  text: (part) => styled(part, part.text),
  user: (part, reader) => mention("@" + reader.name(part.user_id), part.user_id === reader.me),
  usergroup: (part, reader) => mention("@" + reader.name(part.usergroup_id), reader.groups.includes(part.usergroup_id)),
  channel: (part, reader) => mention("#" + reader.name(part.channel_id)),
  team: (part, reader) => mention("@" + reader.name(part.team_id)),
  broadcast: (part) => mention("@" + part.range, true),
  emoji: (part) => emojiNamed(part.name) || `:${part.name}:`,
  link: (part) => styled(part, link(part.url, part.text)),
  date: (part, reader) => date(part.timestamp, part.format || "{date_short} {time}", part.fallback, reader, part.url),
  color: (part) => el("code", {}, part.value),
};
const inside = (part, reader) => (part.elements || []).map((one) => richText(one, reader));

export function richText(part, reader) {
  const make = PARTS[part?.type];
  if (make) return make(part, reader);
  return el("span", { class: "notice" }, `A piece of rich text of type ${part?.type} that this page cannot show`);
}

function styled(part, said) {
  const style = part.style || {};
  const wraps = [["bold", "b"], ["italic", "i"], ["strike", "s"], ["underline", "u"], ["code", "code"]];
  return wraps.reduce((node, [key, tag]) => (style[key] ? el(tag, {}, node) : node), said || "");
}
