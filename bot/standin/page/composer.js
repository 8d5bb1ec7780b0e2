// The line one types: commands with their hints, people, channels and emoji completed; Enter sends, Shift+Enter breaks the line.

import { el, fresh, icon, menu } from "/page/dom.js";
import { emojiNamed, emojiNames } from "/page/emoji.js";
import { act, avatar, mine, page } from "/page/state.js";

const SHOWN = 8;

// Each kind of completion: what was typed before the caret, and what is offered for it.
const OFFERS = [
  [/^(\/\S*)$/, (typed) => page.seen.commands.filter((one) => one.command.startsWith(typed)).map((one) => ({ put: one.command, title: one.command, hint: one.hint, note: one.description }))],
  [/(?:^|\s)(@[\w.-]*)$/, (typed) => mentioned(typed.slice(1).toLowerCase())],
  [/(?:^|\s)(#[\w-]*)$/, (typed) => mine().filter((one) => ["public", "private"].includes(one.kind) && one.name.startsWith(typed.slice(1))).map((one) => ({ put: `#${one.name}`, title: `#${one.name}`, note: one.shared ? "shared with another organisation" : "" }))],
  [/(?:^|\s)(:[a-z0-9_+-]{2,})$/, (typed) => emojiNames(typed.slice(1)).map((name) => ({ put: `:${name}:`, title: `${emojiNamed(name)} :${name}:` }))],
];

function mentioned(typed) {
  const groups = page.seen.groups.filter((one) => one.handle.startsWith(typed)).map((one) => ({ put: `@${one.handle}`, title: `@${one.handle}`, note: `user group, ${one.members.length} people` }));
  const people = page.seen.people.filter((one) => one.kind !== "deactivated" && (one.handle.startsWith(typed) || one.name.toLowerCase().split(/\s/).some((word) => word.startsWith(typed))))
    .map((one) => ({ put: `@${one.handle}`, title: one.name, hint: `@${one.handle}`, note: one.title || one.kind, picture: avatar(one.id, "small") }));
  return [...people, ...groups];
}

export function composer(form, { id, label, where }) {
  const list = el("ul", { id: fresh("offers"), class: "offers", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const line = el("textarea", { id, rows: 1, "aria-label": label, role: "combobox", "aria-expanded": "false", "aria-autocomplete": "list", "aria-controls": list.id, placeholder: label });
  const usage = el("p", { class: "usage", "aria-live": "polite" });
  const bolt = el("button", { type: "button", class: "icon-button", "aria-label": "Shortcuts", title: "Shortcuts", "aria-haspopup": "menu", click: (event) => shortcuts(event.currentTarget) }, icon("bolt"));
  const send = el("button", { type: "submit", class: "send", "aria-label": "Send" }, icon("send"));
  form.replaceChildren(list, el("div", { class: "composer-box" }, usage, line, el("div", { class: "composer-foot" }, bolt, el("span", { class: "keys", "aria-hidden": "true" }, "Enter sends · Shift+Enter breaks the line"), send)));
  let offered = [], chosen = 0, typed = "", closed = "";

  function shortcuts(anchor) {
    const global = page.seen.shortcuts.filter((one) => one.kind === "global");
    const rows = global.map((one) => [one.name, () => act("shortcut", { callback_id: one.callback_id }), one.description]);
    const commands = page.seen.commands.map((one) => [one.command, () => put(`${one.command} `), one.description]);
    menu(anchor, [...(rows.length ? rows : [[page.seen.shortcuts.length ? "The app’s shortcuts are in the menu of each message." : "No app has shortcuts here."]]), ...commands], "Shortcuts");
  }

  function put(text) {
    line.value = text;
    line.focus();
    look();
  }

  function look() {
    const before = line.value.slice(0, line.selectionStart);
    const found = OFFERS.map(([pattern, offer]) => [pattern.exec(before)?.[1], offer]).find(([text]) => text !== undefined);
    typed = found ? found[0] : "";
    offered = found && before !== closed ? found[1](typed).slice(0, SHOWN) : [];
    chosen = 0;
    draw();
    line.style.height = "auto";
    line.style.height = `${Math.min(line.scrollHeight, 220)}px`;
    const command = page.seen?.commands.find((one) => line.value.startsWith(`${one.command} `));
    usage.textContent = command && command.hint ? `${command.command} ${command.hint}` : "";
  }

  function draw() {
    list.hidden = offered.length === 0;
    line.setAttribute("aria-expanded", String(!list.hidden));
    list.replaceChildren(...offered.map((one, number) => el("li", { role: "option", id: `${list.id}-${number}`, "aria-selected": String(number === chosen), mousedown: (event) => { event.preventDefault(); take(one); } },
      one.picture || null, el("span", {}, el("b", {}, one.title), one.hint ? el("span", { class: "hint" }, one.hint) : null, one.note ? el("small", {}, one.note) : null))));
    if (list.hidden) line.removeAttribute("aria-activedescendant");
    else line.setAttribute("aria-activedescendant", `${list.id}-${chosen}`);
  }

  function take(one) {
    const from = line.selectionStart - typed.length, rest = line.value.slice(line.selectionStart);
    line.value = `${line.value.slice(0, from)}${one.put} ${rest.trimStart()}`;
    line.selectionStart = line.selectionEnd = from + one.put.length + 1;
    line.focus();
    look();
  }

  function keyed(event) {
    if (event.isComposing) return;
    if (!list.hidden && offering(event)) return event.preventDefault();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      form.requestSubmit();
    }
  }

  function offering(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) { chosen = (chosen + step + offered.length) % offered.length; draw(); return true; }
    // What is typed in full already is sent, not completed again.
    if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && typed !== offered[chosen].put)) { take(offered[chosen]); return true; }
    if (event.key !== "Escape") return false;
    closed = line.value.slice(0, line.selectionStart);
    offered = [];
    draw();
    return true;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = line.value.trim();
    if (!text) return;
    put("");
    const answer = await act("type", { ...where(), text });
    if (!answer.ok && !line.value) put(text);
  });
  line.addEventListener("input", () => { closed = ""; look(); });
  line.addEventListener("keydown", keyed);
  line.addEventListener("blur", () => { offered = []; draw(); });
  line.addEventListener("click", look);
  return { line, say: (words) => { line.placeholder = words; line.setAttribute("aria-label", words); } };
}
