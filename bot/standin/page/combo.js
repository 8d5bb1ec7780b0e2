// A menu that is typed into: every select, single or multiple, with options of its own, of the workspace or of the app.

import { el, fresh, icon, popup } from "/page/dom.js";

// `source(typed)` gives [{label?, options: [{value, text, note, avatar}]}] or a promise of it; `least` letters are needed.
// `chosen` begins it, `changed(options, typed)` hears every choice; `most` bounds a multiple one, `most` 1 is single.
export function combo({ name, placeholder, source, least = 0, chosen = [], changed, most = 1, focus = false, remote = false }) {
  const list = el("ul", { class: "options", role: "listbox", id: fresh("options"), "aria-label": name });
  const chips = el("span", { class: "chips" });
  const input = el("input", { class: "combo-line", role: "combobox", "aria-label": name, "aria-expanded": "false", "aria-autocomplete": "list",
    "aria-controls": list.id, autocomplete: "off", spellcheck: "false", placeholder, autofocus: focus });
  const box = el("span", { class: most > 1 ? "combo many" : "combo" }, chips, input, icon("down"), list);
  const state = { picked: [...chosen], shown: [], at: -1, asked: 0, waiting: 0, typed: "" };

  const isOpen = () => list.matches(":popover-open");
  const close = () => {
    window.clearTimeout(state.waiting);
    state.asked += 1;
    if (isOpen()) list.hidePopover();
    settleLine();
  };

  function settleLine() {
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    input.value = most === 1 && state.picked.length ? state.picked[0].text : "";
    input.placeholder = most > 1 && state.picked.length ? "" : placeholder;
    chips.replaceChildren(...(most > 1 ? state.picked.map((one) => el("button", { type: "button", class: "chip", "aria-label": `Remove ${one.text}`, click: () => toggle(one) }, one.text, " ×")) : []));
  }

  function toggle(option) {
    const had = state.picked.some((one) => one.value === option.value);
    if (most === 1) state.picked = [option];
    else if (had) state.picked = state.picked.filter((one) => one.value !== option.value);
    else if (state.picked.length < most) state.picked = [...state.picked, option];
    const typed = state.typed;
    close();
    changed(state.picked, typed);
    input.focus();
  }

  function mark(number) {
    state.at = number;
    [...list.querySelectorAll("[role=option]")].forEach((row, at) => {
      row.setAttribute("aria-selected", at === number ? "true" : "false");
      if (at === number) { input.setAttribute("aria-activedescendant", row.id); row.scrollIntoView({ block: "nearest" }); }
    });
  }

  function row(option) {
    const had = state.picked.some((one) => one.value === option.value);
    return el("li", { role: "option", id: fresh("option"), class: had ? "had" : null, mousedown: (event) => { event.preventDefault(); toggle(option); } },
      option.avatar || null, el("span", {}, option.text, option.note ? el("small", {}, option.note) : null), had ? el("span", { "aria-label": "chosen" }, "✓") : null);
  }

  async function open(typed) {
    const mine = ++state.asked;
    state.typed = typed;
    if (typed.length < least) {
      show([el("li", { class: "none" }, `Type ${least === 1 ? "a letter" : `${least} letters`} to search`)], []);
      return;
    }
    let groups = source(typed);
    if (groups instanceof Promise) {
      show([el("li", { class: "none" }, "Searching …")], []);
      groups = await groups;
      if (mine !== state.asked) return;
    }
    const options = groups.flatMap((group) => group.options);
    const rows = groups.filter((group) => group.options.length).flatMap((group) => [group.label ? el("li", { class: "group", role: "presentation" }, group.label) : null, ...group.options.map(row)]);
    show(rows.length ? rows.filter(Boolean) : [el("li", { class: "none" }, "Nothing found")], options);
    mark(options.length ? Math.max(0, typed ? 0 : options.findIndex((one) => one.value === state.picked[0]?.value)) : -1);
  }

  function show(rows, options) {
    list.replaceChildren(...rows);
    state.shown = options;
    state.at = -1;
    input.setAttribute("aria-expanded", "true");
    popup(box, list, { wide: true });
  }

  function keyed(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (!isOpen()) open("");
      else if (state.shown.length) mark((state.at + step + state.shown.length) % state.shown.length);
    } else if (event.key === "Enter" && isOpen()) {
      event.preventDefault();
      if (state.shown[state.at]) toggle(state.shown[state.at]);
    } else if (event.key === "Escape" && isOpen()) {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key === "Backspace" && !input.value && most > 1 && state.picked.length) toggle(state.picked.at(-1));
  }

  input.addEventListener("input", () => {
    window.clearTimeout(state.waiting);
    state.shown = []; // what was offered for other letters is not to be chosen any more
    if (remote) state.waiting = window.setTimeout(() => open(input.value), 150);
    else open(input.value);
  });
  input.addEventListener("keydown", keyed);
  input.addEventListener("click", () => { if (!isOpen()) { input.select(); open(""); } });
  input.addEventListener("blur", () => window.setTimeout(() => { if (document.activeElement !== input) close(); }, 100));
  list.addEventListener("toggle", (event) => { if (event.newState === "closed") input.setAttribute("aria-expanded", "false"); });
  list.setAttribute("popover", "auto");
  settleLine();
  return box;
}

// Options that contain what was typed, those that begin with it first.
export function matching(options, typed) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return options;
  const place = (one) => `${one.text} ${one.note || ""}`.toLowerCase().indexOf(wanted);
  return options.filter((one) => place(one) >= 0).sort((a, b) => Number(place(a) > 0) - Number(place(b) > 0));
}
