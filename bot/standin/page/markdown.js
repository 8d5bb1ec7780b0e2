// The markdown block: the Markdown that Slack shows, as nodes.

import { el } from "/page/dom.js";
import { emojiNamed } from "/page/emoji.js";
import { link } from "/page/mrkdwn.js";

const INLINE = /`([^`\n]+)`|\*\*(?!\s)(.+?)\*\*|__(?!\s)(.+?)__|~~(?!\s)(.+?)~~|(?<!\w)\*(?!\s)([^*\n]+)\*(?!\w)|(?<!\w)_(?!\s)([^_\n]+)_(?!\w)|!?\[([^\]\n]*)\]\(([^()\s]+)\)|<(https?:[^<>\s]+)>|(https?:\/\/[^\s<>]*[^\s<>.,;:!?)'"*_~])|:([a-z0-9_+'-]+):/g;

function inline(text) {
  const nodes = [];
  let at = 0;
  for (const found of text.matchAll(INLINE)) {
    const [whole, code, bold, bolder, strike, star, italic, label, address, angle, bare, name] = found;
    nodes.push(text.slice(at, found.index));
    at = found.index + whole.length;
    if (code !== undefined) nodes.push(el("code", {}, code));
    else if (bold ?? bolder) nodes.push(el("b", {}, inline(bold ?? bolder)));
    else if (strike !== undefined) nodes.push(el("s", {}, inline(strike)));
    else if (star ?? italic) nodes.push(el("i", {}, inline(star ?? italic)));
    else if (address !== undefined) nodes.push(link(address, label));
    else if (angle ?? bare) nodes.push(link(angle ?? bare));
    else nodes.push(emojiNamed(name) || whole);
  }
  nodes.push(text.slice(at));
  return nodes;
}

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());

function table(rows) {
  const [head, , ...body] = rows.map(cells);
  const row = (tag) => (each) => el("tr", {}, each.map((cell) => el(tag, {}, inline(cell))));
  return el("div", { class: "table" }, el("div", { class: "scroll" }, el("table", {}, el("thead", {}, row("th")(head)), el("tbody", {}, body.map(row("td"))))));
}

function list(rows) {
  const items = rows.map((line) => /^(\s*)([-*+]|\d+[.)])\s+(?:\[([ xX])\]\s+)?(.*)$/.exec(line)).filter(Boolean);
  return tree(items.map(([, space, sign, tick, text]) => ({ depth: space.length, number: parseInt(sign, 10), tick, text })));
}

// A list and, inside its items, the lists that are set further in.
function tree(items) {
  const ordered = items[0].number >= 0, box = el(ordered ? "ol" : "ul", { start: ordered ? items[0].number : null });
  for (let at = 0; at < items.length;) {
    const own = items[at++], inner = [];
    while (at < items.length && items[at].depth > own.depth) inner.push(items[at++]);
    box.append(el("li", {}, own.tick === undefined ? null : own.tick === " " ? "☐ " : "☑ ", inline(own.text), inner.length ? tree(inner) : null));
  }
  return box;
}

// Each kind of block: the line it starts with, whether the next line still belongs to it, and what it becomes.
const KINDS = [
  [/^```/, (line, rows) => rows.length < 2 || !/^```\s*$/.test(rows.at(-1)), (rows) => el("pre", {}, rows.slice(1, /^```\s*$/.test(rows.at(-1)) ? -1 : undefined).join("\n"))],
  [/^#{1,6}\s/, () => false, ([line]) => el(`h${Math.min(6, line.indexOf(" ") + 2)}`, {}, inline(line.replace(/^#+\s+/, "")))],
  [/^\s*([-*_])(\s*\1){2,}\s*$/, () => false, () => el("hr", {})],
  [/^\s*>/, (line) => /^\s*>/.test(line), (rows) => el("blockquote", {}, inline(rows.map((line) => line.replace(/^\s*> ?/, "")).join("\n")))],
  [/^\s*([-*+]|\d+[.)])\s/, (line) => /^\s*([-*+]|\d+[.)])\s/.test(line), list],
  [/^\s*\|.*\|/, (line) => /^\s*\|/.test(line), (rows) => (rows.length > 1 ? table(rows) : el("p", {}, inline(rows[0])))],
  [/\S/, (line) => /\S/.test(line) && !/^(```|#{1,6}\s|\s*>|\s*([-*+]|\d+[.)])\s|\s*\|)/.test(line), (rows) => el("p", {}, inline(rows.join("\n")))],
];

export function markdown(text) {
  const nodes = [], lines = String(text).split("\n");
  for (let at = 0; at < lines.length;) {
    const kind = KINDS.find(([starts]) => starts.test(lines[at]));
    if (!kind) { at += 1; continue; }
    const rows = [lines[at++]];
    while (at < lines.length && kind[1](lines[at], rows)) rows.push(lines[at++]);
    nodes.push(kind[2](rows));
  }
  return nodes;
}
