// Blocks as nodes. A block or element of a type that is not known shows a notice: never silence.

import { el } from "/page/dom.js";
import { mrkdwn, richText, textOf } from "/page/mrkdwn.js";
import { chart, dataTable, plainTable } from "/page/data.js";
import { element } from "/page/elements.js";

const notice = (what) => el("p", { class: "notice" }, what);

function section(block, ctx) {
  const said = el("div", { class: "said" },
    block.text ? el("p", {}, textOf(block.text, ctx.names)) : null,
    block.fields ? el("div", { class: "fields" }, block.fields.map((one) => el("p", {}, textOf(one, ctx.names)))) : null);
  return el("div", { class: "section" }, said, block.accessory ? element(block.accessory, block, ctx) : null);
}

function input(block, ctx) {
  const wrong = (ctx.errors || {})[block.block_id];
  return el("div", { class: "input" },
    el("span", { class: "label" }, textOf(block.label, ctx.names), block.optional ? " (optional)" : ""),
    element(block.element, block, ctx),
    block.hint ? el("small", {}, textOf(block.hint, ctx.names)) : null,
    wrong ? el("p", { class: "wrong", role: "alert" }, wrong) : null);
}

function image(block) {
  const shown = /^https:/i.test(block.image_url || "") ? el("img", { src: block.image_url, alt: block.alt_text }) : notice(block.alt_text);
  return el("figure", {}, block.title ? el("figcaption", {}, block.title.text) : null, shown);
}

function card(block, ctx) {
  const part = (name, tag) => (block[name] ? el(tag, {}, textOf(block[name], ctx.names)) : null);
  return el("article", { class: "card" }, part("title", "h4"), part("subtitle", "p"), part("body", "p"), part("subtext", "small"),
    el("div", { class: "actions" }, (block.actions || []).map((one) => element(one, block, ctx))));
}

function container(block, ctx) {
  const inside = render(block.child_blocks, ctx);
  const title = block.title ? textOf(block.title, ctx.names) : (block.rich_text_title?.elements || []).map((one) => richText(one, ctx.names));
  if (!block.is_collapsible) return el("section", { class: "container" }, el("h4", {}, title), inside);
  return el("details", { class: "container", open: !block.default_collapsed }, el("summary", {}, title), inside);
}

const MAKERS = {
  header: (block, ctx) => el("h3", {}, textOf(block.text, ctx.names)),
  section,
  divider: () => el("hr", {}),
  context: (block, ctx) => el("p", { class: "context" }, block.elements.map((one) => el("span", {}, one.type === "image" ? element(one, block, ctx) : textOf(one, ctx.names)))),
  actions: (block, ctx) => el("div", { class: "actions" }, block.elements.map((one) => element(one, block, ctx))),
  input,
  image,
  data_table: (block, ctx) => dataTable(block, ctx.names),
  table: (block, ctx) => plainTable(block, ctx.names),
  data_visualization: (block) => chart(block),
  rich_text: (block, ctx) => el("div", {}, block.elements.map((one) => richText(one, ctx.names))),
  markdown: (block, ctx) => el("p", {}, mrkdwn(block.text.replace(/\*\*/g, "*"), ctx.names)),
  alert: (block, ctx) => el("p", { class: `alert ${block.level || "default"}`, role: "alert" }, textOf(block.text, ctx.names)),
  card,
  carousel: (block, ctx) => el("div", { class: "carousel" }, block.elements.map((one) => card(one, ctx))),
  container,
};

export function render(blocks, ctx) {
  return blocks.map((block) => {
    const make = MAKERS[block.type];
    if (!make) return notice(`A block of type ${block.type} that this page cannot show`);
    try {
      return make(block, ctx);
    } catch (error) {
      return notice(`A block of type ${block.type} could not be shown: ${error.message}`);
    }
  });
}
