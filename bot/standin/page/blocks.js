// Blocks as nodes. A block or element of a type that is not known shows a notice: never silence.

import { chart } from "/page/charts.js";
import { el, icon } from "/page/dom.js";
import { element, picture } from "/page/elements.js";
import { markdown } from "/page/markdown.js";
import { isSafe, link, richText, textOf } from "/page/mrkdwn.js";
import { dataTable, plainTable } from "/page/tables.js";

const notice = (what) => el("p", { class: "notice" }, what);
const part = (block, name, tag, ctx, kind = name) => (block[name] ? el(tag, { class: kind }, textOf(typeof block[name] === "string" ? { type: "plain_text", text: block[name] } : block[name], ctx.reader)) : null);

function section(block, ctx) {
  const said = el("div", { class: "said" },
    block.text ? el("p", {}, textOf(block.text, ctx.reader)) : null,
    block.fields ? el("div", { class: "fields" }, block.fields.map((one) => el("p", {}, textOf(one, ctx.reader)))) : null);
  return el("div", { class: "section" }, said, block.accessory ? el("div", { class: "accessory" }, element(block.accessory, block, ctx)) : null);
}

function input(block, ctx) {
  const wrong = ctx.errors[block.block_id];
  const field = element(block.element, block, ctx);
  if (wrong) for (const one of field.matches("input,textarea") ? [field] : field.querySelectorAll("input")) one.setAttribute("aria-invalid", "true");
  return el("div", { class: wrong ? "input invalid" : "input", "data-block": block.block_id },
    el("span", { class: "label" }, textOf(block.label, ctx.reader), block.optional ? el("small", {}, " (optional)") : ""), field,
    wrong ? el("p", { class: "wrong", role: "alert" }, icon("alert"), wrong) : null,
    block.hint ? el("small", { class: "hint" }, textOf(block.hint, ctx.reader)) : null);
}

function image(block, ctx) {
  return el("figure", { class: "image" }, block.title ? el("figcaption", {}, textOf(block.title, ctx.reader)) : null, picture(block));
}

function card(block, ctx) {
  return el("article", { class: "card" },
    block.hero_image ? picture(block.hero_image, "hero") : null,
    el("div", { class: "card-head" }, block.icon ? picture(block.icon, "card-icon") : null, el("div", {}, part(block, "title", "h4", ctx), part(block, "subtitle", "p", ctx))),
    part(block, "body", "p", ctx), part(block, "subtext", "p", ctx),
    block.actions ? el("div", { class: "actions" }, block.actions.map((one) => element(one, block, ctx))) : null);
}

function container(block, ctx) {
  const title = block.title ? textOf(block.title, ctx.reader) : richText(block.rich_text_title, ctx.reader);
  const head = [block.icon ? picture(block.icon, "card-icon") : null, el("span", { class: "container-title" }, el("b", {}, title), part(block, "subtitle", "small", ctx))];
  const inside = el("div", { class: "container-body" }, render(block.child_blocks, ctx));
  const kind = `container ${block.width || "standard"}${block.has_header_divider ? " divided" : ""}`;
  if (!block.is_collapsible) return el("section", { class: kind }, el("div", { class: "container-head" }, head), inside);
  return el("details", { class: kind, open: !block.default_collapsed }, el("summary", { class: "container-head" }, head, icon("down")), inside);
}

function carousel(block, ctx) {
  const track = el("div", { class: "track", tabindex: "0", role: "group", "aria-label": "Cards" }, block.elements.map((one) => card(one, ctx)));
  const turn = (by) => () => track.scrollBy({ left: by * track.clientWidth * 0.8, behavior: "smooth" });
  return el("div", { class: "carousel" }, track, block.elements.length > 1 ? el("p", { class: "pager" },
    el("button", { type: "button", class: "button", "aria-label": "Previous cards", click: turn(-1) }, "‹"), el("button", { type: "button", class: "button", "aria-label": "More cards", click: turn(1) }, "›"), el("span", {}, `${block.elements.length} cards`)) : null);
}

const LEVELS = { default: "ℹ️", info: "ℹ️", warning: "⚠️", error: "⛔", success: "✅" };
const level = (block) => (block.level in LEVELS ? block.level : "default");

function video(block, ctx) {
  const facts = [block.provider_name, block.author_name].filter(Boolean).join(" · ");
  return el("figure", { class: "video" }, el("figcaption", {}, isSafe(block.title_url || block.video_url) ? link(block.title_url || block.video_url, block.title.text) : block.title.text),
    part(block, "description", "p", ctx), picture({ image_url: block.thumbnail_url, alt_text: block.alt_text }), facts ? el("small", {}, facts) : null);
}

const TASK = { pending: ["○", "waiting"], in_progress: ["◔", "in progress"], complete: ["✓", "done"], error: ["✕", "failed"] };

function task(block, ctx) {
  const [sign, said] = TASK[block.status] || TASK.pending;
  return el("div", { class: `task ${block.status || "pending"}` }, el("span", { class: "task-sign", role: "img", "aria-label": said }, sign),
    el("div", {}, el("b", {}, block.title), ["details", "output"].map((name) => (block[name] ? richText(block[name], ctx.reader) : null)),
      block.sources ? el("p", { class: "context" }, block.sources.map((one) => el("span", {}, link(one.url, one.text)))) : null));
}

const MAKERS = {
  header: (block, ctx) => el("h3", { class: "header" }, textOf(block.text, ctx.reader)),
  section,
  divider: () => el("hr", {}),
  context: (block, ctx) => el("p", { class: "context" }, block.elements.map((one) => el("span", {}, one.type === "image" ? picture(one, "tiny") : textOf(one, ctx.reader)))),
  actions: (block, ctx) => el("div", { class: "actions" }, block.elements.map((one) => element(one, block, ctx))),
  context_actions: (block, ctx) => el("div", { class: "context-actions" }, block.elements.map((one) => element(one, block, ctx))),
  input,
  image,
  video,
  file: (block) => el("p", { class: "file" }, icon("file"), el("span", {}, `A file kept elsewhere: ${block.external_id}`)),
  data_table: (block, ctx) => dataTable(block, ctx.reader),
  table: (block, ctx) => plainTable(block, ctx.reader),
  data_visualization: (block) => chart(block),
  rich_text: (block, ctx) => richText(block, ctx.reader),
  markdown: (block) => el("div", { class: "markdown" }, markdown(block.text)),
  alert: (block, ctx) => el("div", { class: `alert ${level(block)}`, role: "note" }, el("span", { "aria-label": level(block) }, LEVELS[level(block)]), el("p", {}, textOf(block.text, ctx.reader))),
  card,
  carousel,
  container,
  task_card: task,
  plan: (block, ctx) => el("section", { class: "plan" }, el("h4", {}, block.title), (block.tasks || []).map((one) => task(one, ctx))),
};

export const KNOWN = Object.keys(MAKERS);

export function render(blocks, ctx) {
  return blocks.map((block) => {
    const make = MAKERS[block?.type];
    if (!make) return notice(`A block of type ${block?.type} that this page cannot show`);
    try {
      return make(block, ctx);
    } catch (error) {
      return notice(`A block of type ${block.type} could not be shown: ${error.message}`);
    }
  });
}
