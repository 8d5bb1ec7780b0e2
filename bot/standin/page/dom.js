// Builds elements from text nodes only: nothing that somebody typed is ever read as HTML.

const SVG = "http://www.w3.org/2000/svg";
let made = 0;

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === false || value === null || value === undefined) continue;
    if (typeof value === "function") node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === "" || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
export const at = (id) => document.getElementById(id);
export const fresh = (prefix) => `${prefix}-${++made}`;

// Puts `nodes` into `box` and touches only what is not in its place: what stays is neither moved nor laid out anew.
export function settle(box, nodes) {
  const wanted = new Set(nodes);
  for (const old of [...box.childNodes]) if (!wanted.has(old)) old.remove();
  let here = box.firstChild;
  for (const node of nodes) {
    if (node === here) here = here.nextSibling;
    else box.insertBefore(node, here);
  }
}

const PATHS = {
  hash: "M9 4 7 20M17 4l-2 16M4 9h17M3 15h17",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  reply: "M20 12a7.5 7 0 0 1-11 6.2L4 20l1.6-4.2A7 7 0 1 1 20 12",
  dots: "M12 5.5v.01M12 12v.01M12 18.5v.01",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  send: "M4 4l17 8-17 8 3-8zM7 12h6",
  close: "M6 6l12 12M18 6 6 18",
  left: "M15 5l-7 7 7 7",
  down: "M6 9l6 6 6-6",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3.5 2",
  alert: "M12 4 2.5 20h19zM12 10v4M12 17v.01",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  menu: "M4 7h16M4 12h16M4 17h16",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4z",
  people: "M9 11a3.2 3.2 0 1 0 0-6.4A3.2 3.2 0 0 0 9 11M3 20c0-4 2.5-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M17.5 14.5c2.3.7 3.5 2.5 3.5 5.5",
  shared: "M8.5 6 14 11.5 8.5 17 3 11.5zM15.5 6 21 11.5 15.5 17 10 11.5z",
  edit: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  trash: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13M10.5 11v5M13.5 11v5",
  up: "M7 11v9H4v-9zM7 11l4-7c1.5 0 2.3 1 2 2.5L12.5 10H18c1.5 0 2 1 1.8 2l-1.3 6.5c-.2 1-.9 1.5-2 1.5H7",
  thumb: "M7 13V4H4v9zM7 13l4 7c1.5 0 2.3-1 2-2.5L12.5 14H18c1.5 0 2-1 1.8-2l-1.3-6.5C18.3 4.5 17.6 4 16.5 4H7",
  eye: "M2.5 12C5 7.5 8 5.5 12 5.5s7 2 9.5 6.5c-2.5 4.5-5.5 6.5-9.5 6.5S5 16.5 2.5 12M12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13M15.5 15.5 20.5 20.5",
  moon: "M19 14.500A8 8 0 0 1 9.5 5 8 8 0 1 0 19 14.5",
};

export const icon = (name) => svg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));

// A floating box beside `anchor`, in the top layer: it is never cut off, Escape and a click elsewhere close it.
export function popup(anchor, box, { wide = false } = {}) {
  box.setAttribute("popover", "auto");
  box.classList.add("popup");
  if (!box.isConnected) (anchor.closest("dialog") || document.body).append(box);
  if (!box.matches(":popover-open")) box.showPopover();
  const room = anchor.getBoundingClientRect();
  if (wide) box.style.minWidth = `${room.width}px`;
  const { offsetWidth: width, offsetHeight: height } = box;
  const below = room.bottom + 4 + height <= window.innerHeight;
  box.style.top = `${Math.max(4, below ? room.bottom + 4 : room.top - 4 - height)}px`;
  box.style.left = `${Math.max(4, Math.min(room.left, window.innerWidth - width - 4))}px`;
  return () => { if (box.matches(":popover-open")) box.hidePopover(); };
}

// A menu below a button: rows of [label, what it does, note]; arrows move, Enter chooses, Escape closes.
export function menu(anchor, rows, label) {
  const box = el("div", { class: "menu", role: "menu", "aria-label": label });
  const close = () => { box.hidePopover(); anchor.focus(); };
  for (const [text, does, note] of rows) {
    if (!does) box.append(el("p", { class: "menu-note" }, text));
    else box.append(el("button", { type: "button", role: "menuitem", click: () => { close(); does(); } }, el("span", {}, text), note ? el("small", {}, note) : null));
  }
  box.addEventListener("keydown", (event) => {
    const items = [...box.querySelectorAll("button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !items.length) return;
    event.preventDefault();
    items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
  });
  box.addEventListener("toggle", (event) => {
    anchor.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState === "closed") box.remove();
  });
  popup(anchor, box);
  box.querySelector("button")?.focus();
}

// Asks before something happens, as Slack's confirmation dialogs do.
export function confirmed(ask, words) {
  if (!ask) return Promise.resolve(true);
  return new Promise((resolve) => {
    const done = (yes) => { box.close(); box.remove(); resolve(yes); };
    const box = el("dialog", { class: "confirm", "aria-label": ask.title.text, cancel: (event) => { event.preventDefault(); done(false); } },
      el("h2", {}, words(ask.title)), el("p", {}, words(ask.text)),
      el("p", { class: "foot" }, el("button", { type: "button", click: () => done(false) }, ask.deny ? words(ask.deny) : "Cancel"),
        el("button", { type: "button", class: ask.style === "danger" ? "danger" : "primary", click: () => done(true) }, ask.confirm ? words(ask.confirm) : "OK")));
    document.body.append(box);
    box.showModal();
  });
}
