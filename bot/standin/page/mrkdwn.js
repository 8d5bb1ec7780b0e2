// Slack's mrkdwn as nodes: emphasis, code, links, mentions, dates in the reader's zone, a few emoji.

import { el } from "/page/dom.js";

const EMOJI = {
  large_green_circle: "🟢", large_yellow_circle: "🟡", red_circle: "🔴", large_red_circle: "🔴", white_circle: "⚪",
  black_circle: "⚫", warning: "⚠️", white_check_mark: "✅", heavy_check_mark: "✔️", x: "❌", question: "❓",
  grey_question: "❔", hourglass: "⌛", hourglass_flowing_sand: "⏳", lock: "🔒", eyes: "👀", bulb: "💡",
  information_source: "ℹ️", arrow_up: "⬆️", arrow_down: "⬇️", arrow_right: "➡️", arrow_upper_right: "↗️",
  arrow_lower_right: "↘️", chart_with_upwards_trend: "📈", chart_with_downwards_trend: "📉", bell: "🔔",
  calendar: "📅", palm_tree: "🌴", wave: "👋", tada: "🎉", rotating_light: "🚨", no_entry: "⛔",
  busts_in_silhouette: "👥", speech_balloon: "💬", lighthouse: "🗼", small_blue_diamond: "🔹", star: "⭐",
};
const INLINE = /```([\s\S]+?)```|`([^`\n]+)`|<([^<>]+)>|(?<!\w)\*([^*\n]+)\*(?!\w)|(?<!\w)_([^_\n]+)_(?!\w)|(?<!\w)~([^~\n]+)~(?!\w)|:([a-z0-9_+-]+):/g;
const SAFE = /^(https?:|mailto:)/i;

const plain = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

export function emoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => EMOJI[name] || whole);
}

export function link(address, label) {
  if (!SAFE.test(address)) return el("span", {}, label || address);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, label || address);
}

export function date(seconds, format, fallback) {
  const day = new Date(Number(seconds) * 1000);
  if (Number.isNaN(day.getTime())) return fallback;
  const time = /time/.test(format) ? { hour: "2-digit", minute: "2-digit" } : {};
  const style = /date/.test(format) ? { year: "numeric", month: "short", day: "numeric" } : {};
  return el("time", { datetime: day.toISOString() }, day.toLocaleString(undefined, { ...style, ...time }));
}

function token(body, names) {
  const cut = body.indexOf("|");
  const head = cut < 0 ? body : body.slice(0, cut);
  const label = cut < 0 ? "" : plain(body.slice(cut + 1));
  if (head.startsWith("@")) return el("span", { class: "mention" }, "@" + (label || names(head.slice(1))));
  if (head.startsWith("#")) return el("span", { class: "mention" }, "#" + (label || names(head.slice(1))));
  if (head.startsWith("!subteam^")) return el("span", { class: "mention" }, "@" + names(head.slice(9)));
  if (head.startsWith("!date^")) {
    const [, seconds, format] = head.split("^");
    return date(seconds, format || "", label);
  }
  if (head.startsWith("!")) return el("span", { class: "mention" }, "@" + head.slice(1).split("^")[0]);
  return link(plain(head), label);
}

export function mrkdwn(text, names) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    nodes.push(plain(text.slice(at, found.index)));
    at = found.index + found[0].length;
    const [, pre, code, angle, bold, italic, strike, name] = found;
    if (pre !== undefined) nodes.push(el("pre", {}, plain(pre)));
    else if (code !== undefined) nodes.push(el("code", {}, plain(code)));
    else if (angle !== undefined) nodes.push(token(angle, names));
    else if (bold !== undefined) nodes.push(el("b", {}, mrkdwn(bold, names)));
    else if (italic !== undefined) nodes.push(el("i", {}, mrkdwn(italic, names)));
    else if (strike !== undefined) nodes.push(el("s", {}, mrkdwn(strike, names)));
    else nodes.push(EMOJI[name] || found[0]);
  }
  nodes.push(plain(text.slice(at)));
  return nodes;
}

export function textOf(object, names) {
  if (!object) return [];
  return object.type === "mrkdwn" ? mrkdwn(object.text, names) : [object.emoji === false ? object.text : emoji(object.text)];
}

export function richText(part, names) {
  const inside = () => (part.elements || []).map((one) => richText(one, names));
  switch (part.type) {
    case "rich_text_section": return el("span", { class: "rich" }, inside());
    case "rich_text_list":
      return el(part.style === "ordered" ? "ol" : "ul", {}, (part.elements || []).map((one) => el("li", {}, richText(one, names))));
    case "rich_text_quote": return el("blockquote", {}, inside());
    case "rich_text_preformatted": return el("pre", {}, inside());
    case "user": return el("span", { class: "mention" }, "@" + names(part.user_id));
    case "usergroup": return el("span", { class: "mention" }, "@" + names(part.usergroup_id));
    case "channel": return el("span", { class: "mention" }, "#" + names(part.channel_id));
    case "emoji": return EMOJI[part.name] || `:${part.name}:`;
    case "link": return link(part.url || "", part.text);
    case "date": return date(part.timestamp, part.format || "", part.fallback || "");
    default: return styled(part);
  }
}

function styled(part) {
  const style = part.style || {};
  const wraps = [["bold", "b"], ["italic", "i"], ["strike", "s"], ["code", "code"]];
  return wraps.reduce((node, [key, tag]) => (style[key] ? el(tag, {}, node) : node), part.text || "");
}
