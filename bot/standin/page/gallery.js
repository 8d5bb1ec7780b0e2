// Every piece on its surface in four panes, beside its JSON. #only=words shows those whose name has these words.

import { render } from "/page/blocks.js";
import { at, el } from "/page/dom.js";
import { textOf } from "/page/mrkdwn.js";

const PEOPLE = [["U1", "Signe Aldström", "TA"], ["U2", "Marcus Teague", "TA"], ["U3", "Noor Haddad", "AE"]].map(([value, text, note]) => ({ value, text, note }));
const PLACES = [["C1", "#general", "public"], ["C2", "ta-leads", "private"]].map(([value, text, kind]) => ({ value, text, kind }));
const FOUND = [{ value: "found", text: { type: "plain_text", text: "What the app found" } }];
const tell = (text) => { at("told").textContent = text; };

function context() {
  const name = (id, given) => PEOPLE.find((one) => one.value === id)?.text || given || id;
  return {
    reader: { name, me: "U1", groups: [], zone: "Europe/Berlin", now: Date.now() / 1000 },
    labels: new Map(), values: {}, picked: {}, errors: {}, people: PEOPLE,
    conversations: ({ include }) => PLACES.filter((one) => !include || include.includes(one.kind)),
    press: async (action, value) => tell(`pressed ${action} ${value ?? ""}`),
    choose: async (action, value) => tell(`chose ${value} in ${action}`),
    suggest: async () => FOUND,
  };
}

function framed(piece) {
  const ctx = context(), blocks = render(piece.blocks, ctx);
  if (piece.surface === "modal") {
    const words = (name, other) => (piece[name] ? textOf(piece[name], ctx.reader) : other);
    return [el("h3", { class: "title" }, words("title", "A form")), el("div", { class: "content" }, blocks),
      el("p", { class: "foot" }, el("button", { type: "button", class: "button" }, words("close", "Close")), piece.submit ? el("button", { type: "button", class: "primary" }, words("submit")) : null)];
  }
  if (piece.surface === "home") return el("div", { class: "content" }, blocks);
  return el("div", { class: "message" }, el("span", { class: "face", "aria-hidden": "true" }, "TB"), el("div", { class: "content" }, el("div", {}, el("b", { class: "who" }, "ta-bot"), " ", el("span", { class: "tag" }, "APP")), blocks));
}

function pane(piece, theme, width) {
  return el("section", { class: `pane surface ${width} ${piece.surface}`, "data-theme": theme, "aria-label": `${theme}, ${width}` }, el("p", { class: "cap" }, `${theme} · ${width}`), el("div", { class: "frame" }, framed(piece)));
}

function shown(piece) {
  const { name, source, surface, ...body } = piece;
  const panes = ["light", "dark"].flatMap((theme) => ["wide", "phone"].map((width) => pane(piece, theme, width)));
  return el("article", { class: "piece", "data-name": name }, el("h2", {}, name, " ", el("small", {}, `${surface}, ${source}`)), el("div", {}, el("div", { class: "panes" }, panes), el("pre", { class: "json", tabindex: "0" }, JSON.stringify(body, null, 1))));
}

async function start() {
  const pieces = await (await fetch("/gallery.json")).json();
  const find = at("find");
  find.value = new URLSearchParams(location.hash.slice(1)).get("only") || "";
  const draw = () => {
    const words = find.value.toLowerCase(), some = pieces.filter((piece) => piece.name.toLowerCase().includes(words));
    at("pieces").replaceChildren(...some.map(shown));
    at("count").textContent = `${some.length} of ${pieces.length}, notices: ${document.querySelectorAll("#pieces .notice").length}`;
    document.body.dataset.drawn = String(some.length);
  };
  find.addEventListener("input", draw);
  draw();
}

start();
