// What is of the demo and not of Slack: the clock one can turn, the faults one can switch on, light and dark.

import { at, el, icon, popup } from "/page/dom.js";
import { act, call, page, tell } from "/page/state.js";
import { clockOf, dayName } from "/page/mrkdwn.js";

const TURNS = [["+1 hour", { by: "1 hour" }], ["Next morning, 09:00", { next: "morning" }], ["Next Monday, 09:00", { next: "monday" }]];
const FAULTS = [["Slack is slow (2 s)", { kind: "slow", seconds: 2, times: null }], ["Too many requests (429)", { kind: "ratelimited", seconds: 2, times: 3 }], ["Slack answers 500", { kind: "server_error", times: 3 }],
  ["Charts and data tables refused", { kind: "native_blocks_refused" }]];

const post = (path, body) => call(path, body).catch((error) => ({ ok: false, error: error.message }));
const shut = (box) => { if (box.matches(":popover-open")) box.hidePopover(); };

function panel(anchor, ...inside) {
  const box = el("div", { class: "panel" }, ...inside);
  box.addEventListener("toggle", (event) => { if (event.newState === "closed") box.remove(); });
  popup(anchor, box);
  box.querySelector("button")?.focus();
  return box;
}

// ---- the clock

let turned = null; // the demo's clock as the workspace tells it; null where it is the wall's

const demoNow = () => page.seen.now * 1000;

async function turn(body, box) {
  shut(box);
  tell("Turning the clock, from one due instant to the next …");
  const answer = await post("clock", body);
  tell(answer.ok ? "" : answer.error || "The clock cannot be turned.");
  if (answer.ok) turned = answer;
  drawClock();
}

function clockPanel(anchor) {
  const day = el("input", { type: "datetime-local", class: "field", "aria-label": "Turn to" });
  const box = panel(anchor, el("h2", {}, "The demo’s clock"), el("p", {}, "What falls due on the way happens, one instant after the other."),
    TURNS.map(([label, body]) => el("button", { type: "button", class: "row", click: () => turn(body, box) }, label)),
    el("form", { class: "to-date", submit: (event) => { event.preventDefault(); if (day.value) turn({ to: day.value }, box); } }, day, el("button", { class: "button" }, "Turn")));
}

function drawClock() {
  const zone = turned?.zone || "UTC";
  const said = `${dayName(demoNow(), { zone, now: 0 }, { weekday: "short", day: "numeric", month: "short", year: "numeric" })}, ${clockOf(demoNow(), zone)} ${zone}`;
  at("clock").replaceChildren(icon("clock"), el("span", {}, said));
}

// ---- faults

async function faultsPanel(anchor) {
  const found = await fetch("/control/faults").then((answer) => answer.json()).catch(() => ({ faults: [], away: [] }));
  const on = found.faults || [];
  const away = (found.away || []).includes(page.user);
  const change = (does) => async () => { shut(box); await does(); drawFaults(); };
  const box = panel(anchor, el("h2", {}, "Let something go wrong"),
    FAULTS.map(([label, fault]) => el("button", { type: "button", class: "row", click: change(() => act("fault", { ...fault, user: undefined })) }, label, on.some((one) => one.kind === fault.kind) ? el("small", {}, "on") : null)),
    el("button", { type: "button", class: "row", click: change(() => act("socket", { what: "drop" })) }, "Drop the bot’s connection"),
    el("button", { type: "button", class: "row", click: change(() => act("away", { away: !away })) }, away ? "I am back" : "I am away"),
    el("button", { type: "button", class: "row", click: change(() => act("calm", {})) }, "All faults off"));
}

async function drawFaults() {
  const found = await fetch("/control/faults").then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
  const count = found?.faults?.length || 0;
  at("faults").replaceChildren(icon("alert"), el("span", {}, count ? `Faults: ${count}` : "Faults"));
  at("faults").classList.toggle("on", count > 0);
}

// ---- light and dark

function theme(next) {
  if (next) document.documentElement.dataset.theme = next;
  else delete document.documentElement.dataset.theme;
  try { if (next) localStorage.setItem("theme", next); else localStorage.removeItem("theme"); } catch { /* a browser that keeps nothing */ }
}

export function startTheme(wanted) {
  let kept = null;
  try { kept = localStorage.getItem("theme"); } catch { /* as above */ }
  if (wanted || kept) document.documentElement.dataset.theme = wanted || kept;
}

const dark = () => getComputedStyle(document.documentElement).colorScheme === "dark" || (!document.documentElement.dataset.theme && window.matchMedia("(prefers-color-scheme: dark)").matches);

export function startDemo() {
  const tool = (id, label, click) => el("button", { type: "button", id, class: "tool", "aria-label": label, title: label, click });
  at("demo-tools").append(tool("clock", "The demo’s clock", (event) => clockPanel(event.currentTarget)), tool("faults", "Faults", (event) => faultsPanel(event.currentTarget)),
    tool("theme", "Light or dark", () => theme(dark() ? "light" : "dark")));
  at("theme").append(icon("theme"));
  drawFaults();
}

let asked = 0;

export async function drawDemo() {
  const mine = ++asked;
  if (!turned) {
    const found = await fetch("/control/clock").then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    if (mine !== asked) return;
    if (found?.ok) turned = found;
  }
  drawClock();
}
