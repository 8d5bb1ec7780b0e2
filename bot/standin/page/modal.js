// Forms: the one on top of the stack, updated in place, with what was entered kept while it is corrected.

import { render } from "/page/blocks.js";
import { at, el, icon } from "/page/dom.js";
import { textOf } from "/page/mrkdwn.js";
import { act, avatar, context, page } from "/page/state.js";

const entered = new Map(); // what was typed, by view and block: a form that was covered is found as it was left
const picked = new Map(); // the same for what was chosen from menus that the app fills
let drawn = "", shown = "";

export function forgetModals() {
  entered.clear();
  picked.clear();
  drawn = shown = "";
  if (at("modal").open) at("modal").close();
}

function valuesOf(view) {
  const asked = new Set(view.blocks.map((block) => block.block_id));
  const before = entered.get(view.id) || {};
  const kept = Object.fromEntries(Object.entries(before).filter(([block]) => asked.has(block)));
  entered.set(view.id, kept);
  return kept;
}

function awaited(asking, promise) {
  asking.add(promise);
  return promise.finally(() => asking.delete(promise));
}

export function drawModal() {
  const box = at("modal"), stack = page.seen.modals, view = stack.at(-1);
  const key = view ? view.id + view.hash + JSON.stringify(view.errors) : "";
  if (key === drawn) return;
  drawn = key;
  for (const held of [entered, picked]) for (const id of held.keys()) if (!stack.some((one) => one.id === id)) held.delete(id);
  if (!view) { shown = ""; box.close(); return; }
  const same = shown === view.id, place = box.querySelector(".modal-body")?.scrollTop || 0;
  shown = view.id;
  const values = valuesOf(view), asking = new Set(), found = context(null, view);
  if (!picked.has(view.id)) picked.set(view.id, {});
  const ctx = { ...found, values, picked: picked.get(view.id), choose: (...chosen) => awaited(asking, found.choose(...chosen)) };
  const words = (text) => textOf(text, ctx.reader);
  const leave = () => act("close", {});
  const submit = el("button", { type: "submit", class: "primary" }, view.submit ? words(view.submit) : "");
  const send = async (event) => {
    event.preventDefault();
    if (!view.submit) return;
    submit.setAttribute("aria-busy", "true");
    submit.disabled = true;
    await Promise.allSettled(asking); // what was chosen a moment ago must not come after the form
    await act("submit", { values: Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) });
    submit.disabled = false;
    submit.removeAttribute("aria-busy");
  };
  const form = el("form", { submit: send, novalidate: true },
    el("header", {}, stack.length > 1 ? el("button", { type: "button", class: "icon-button", "aria-label": "Back", click: leave }, icon("left")) : avatar(page.seen.bot, "small"),
      el("h2", { id: "modal-title" }, words(view.title)), stack.length > 1 ? el("small", {}, `Step ${stack.length}`) : null,
      el("button", { type: "button", class: "icon-button", "aria-label": "Close", click: () => act("close", { all: true }) }, icon("close"))),
    el("div", { class: "modal-body" }, render(view.blocks, ctx), el("p", { id: "modal-status", class: "wrong", role: "alert" })),
    el("footer", {}, el("button", { type: "button", class: "button", click: leave }, view.close ? words(view.close) : view.submit ? "Cancel" : "Close"), view.submit ? submit : null));
  box.replaceChildren(form);
  if (!box.open) box.showModal();
  if (same) box.querySelector(".modal-body").scrollTop = place;
  const first = box.querySelector(".invalid input, .invalid textarea") || box.querySelector("[autofocus]") || (same ? null : box.querySelector(".modal-body :is(input, textarea, button)"));
  // A long answer is read from its top; only what is wrong in a form is scrolled to.
  (first || box.querySelector("footer button:last-child")).focus({ preventScroll: !box.querySelector(".invalid") });
}

export function listenToModal() {
  at("modal").addEventListener("cancel", (event) => { event.preventDefault(); act("close", {}); });
}
