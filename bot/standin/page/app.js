// The page: who you act as, where you are, what you see, and the line you type.

import { el } from "/page/dom.js";
import { mrkdwn, textOf } from "/page/mrkdwn.js";
import { render } from "/page/blocks.js";

const at = (id) => document.getElementById(id);
const page = { state: null, user: null, channel: "", seen: null, values: {}, drawn: new Map(), read: {}, modal: "", round: 0 };

async function call(path, body) {
  const asked = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`/control/${path}`, asked);
  return answer.json();
}

async function act(path, body) {
  const say = (text) => [at("status"), at("modal-status")].forEach((place) => { if (place) place.textContent = text; });
  say("");
  const answer = await call(path, { user: page.user, ...body });
  if (!answer.ok) say(answer.error);
  return answer;
}

function names(id) {
  const { people, channels, groups } = page.state;
  const person = people.find((one) => one.id === id);
  if (person) return person.name;
  const channel = channels.find((one) => one.id === id);
  if (channel) return channel.name;
  return groups.find((one) => one.id === id)?.handle || id;
}

function context(message, view) {
  const where = message ? { message: message.ts } : {};
  return {
    names,
    people: page.state.people.filter((one) => one.kind === "member"),
    channels: mine(),
    values: {},
    errors: view ? view.errors : {},
    press: (action_id, value) => act("press", { action_id, value, ...where }),
    choose: (action_id, option, query) => act("choose", { action_id, option, query, ...where }),
    suggest: async (action_id, typed) => (await act("suggest", { action_id, typed, ...where })).options || [],
  };
}

const mine = () => page.state.channels.filter((one) => one.members.includes(page.user) && one.kind !== "im" && !one.archived);
const direct = () => page.state.channels.find((one) => one.kind === "im" && one.members.includes(page.user));

// ---- the sidebar

function drawActing() {
  const kinds = ["member", "guest", "other organisation"];
  const groups = kinds.map((kind) => el("optgroup", { label: kind }, page.state.people.filter((one) => one.kind === kind).map((one) =>
    el("option", { value: one.id, selected: one.id === page.user }, one.title ? `${one.name} (${one.title})` : one.name))));
  at("acting").replaceChildren(...groups);
}

function unread(channelId) {
  const last = page.seen?.messages.findLast((one) => one.channel === channelId);
  return last && last.user !== page.user && Number(last.ts) > (page.read[`${page.user}/${channelId}`] || 0);
}

function drawSidebar() {
  const im = direct();
  const entry = (id, text, note) => el("li", {}, el("button", {
    type: "button", "aria-current": id === page.channel ? "true" : null, class: unread(id) ? "unread" : null, click: () => go(id),
  }, text, note ? el("small", {}, note) : null));
  const sign = { public: "# ", private: "🔒 ", mpim: "👥 " };
  const note = (one) => (one.shared ? "shared" : one.pending ? "invitation pending" : "");
  at("channels").replaceChildren(
    el("h3", {}, "Channels"), el("ul", {}, mine().map((one) => entry(one.id, sign[one.kind] + one.name, note(one)))),
    el("h3", {}, "Direct messages"), el("ul", {}, entry(im ? im.id : "", names(page.state.bot), "app")));
}

function drawPlace() {
  const channel = page.state.channels.find((one) => one.id === page.channel);
  const isDirect = !channel || channel.kind === "im";
  at("channel-name").textContent = isDirect ? names(page.state.bot) : `${channel.kind === "public" ? "#" : ""}${channel.name}`;
  const notes = [];
  if (channel?.shared) notes.push("shared with another organisation");
  if (channel?.pending) notes.push("another organisation is invited");
  if (!isDirect) notes.push(`${channel.members.length} members`);
  at("channel-note").textContent = notes.join(" · ");
}

// ---- messages

function drawMessage(message) {
  const day = new Date(Number(message.ts) * 1000);
  const ctx = context(message);
  const body = message.blocks.length ? render(message.blocks, ctx) : el("p", {}, mrkdwn(message.text, names));
  return el("article", { class: message.ephemeral ? "message ephemeral" : "message" },
    message.ephemeral ? el("p", { class: "only" }, "👁 Only visible to you") : null,
    el("p", { class: "by" }, el("b", {}, names(message.user)), message.user === page.state.bot ? el("span", { class: "app" }, "APP") : null,
      el("time", { datetime: day.toISOString() }, day.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })),
      message.edited ? el("small", {}, "(edited)") : null),
    body);
}

function drawMessages() {
  const box = at("messages");
  const here = page.seen.messages.filter((one) => one.channel === page.channel);
  const low = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const kept = new Map();
  const nodes = here.map((message) => {
    const key = `${message.channel}/${message.ts}`, json = JSON.stringify(message);
    const old = page.drawn.get(key);
    const now = old && old.json === json ? old : { json, node: drawMessage(message) };
    kept.set(key, now);
    return now.node;
  });
  const same = nodes.length === box.children.length && nodes.every((node, number) => node === box.children[number]);
  if (!same) box.replaceChildren(...nodes);
  page.drawn = kept;
  const last = nodes.at(-1);
  // A message taller than the view is read from its beginning.
  if (!same && low && last) box.scrollTop = last.offsetHeight > box.clientHeight ? last.offsetTop - box.offsetTop : box.scrollHeight;
  page.read[`${page.user}/${page.channel}`] = Number(here.at(-1)?.ts || 0);
}

// ---- the modal

function drawModal() {
  const box = at("modal"), view = page.seen.modals.at(-1);
  const key = view ? view.id + view.hash + JSON.stringify(view.errors) : "";
  if (key === page.modal) return;
  // What was entered stays while the same form is corrected; a form that took its place asks for other things.
  const asked = new Set((view?.blocks || []).map((block) => block.block_id));
  const before = view && page.modal.startsWith(view.id) ? Object.entries(page.values) : [];
  const values = Object.fromEntries(before.filter(([block]) => asked.has(block)));
  page.modal = key;
  if (!view) { box.close(); return; }
  const ctx = { ...context(null, view), values };
  page.values = values;
  const submit = (event) => { event.preventDefault(); if (view.submit) act("submit", { values }); };
  box.replaceChildren(el("form", { submit },
    el("h2", { id: "modal-title" }, textOf(view.title, names)), render(view.blocks, ctx),
    el("p", { id: "modal-status", class: "wrong", role: "alert" }),
    el("p", { class: "foot" }, el("button", { type: "button", click: () => act("close", {}) }, view.close ? textOf(view.close, names) : "Close"),
      view.submit ? el("button", { type: "submit", class: "primary" }, textOf(view.submit, names)) : null)));
  if (!box.open) box.showModal();
}

// ---- the composer

const composer = { chosen: 0 };

function offered() {
  const typed = at("line").value;
  if (!typed.startsWith("/") || typed.includes(" ")) return [];
  return page.state.commands.filter((one) => one.command.startsWith(typed));
}

function complete(command) {
  at("line").value = `${command} `;
  at("line").focus();
  drawCommands();
}

function drawCommands() {
  const found = offered(), list = at("commands");
  composer.chosen = Math.min(composer.chosen, Math.max(0, found.length - 1));
  list.replaceChildren(...found.map((one, number) => el("li", { role: "option", "aria-selected": number === composer.chosen ? "true" : "false", mousedown: (event) => {
    event.preventDefault();
    complete(one.command);
  } }, el("b", {}, one.command), " ", el("span", {}, one.hint), el("small", {}, one.description))));
  list.hidden = found.length === 0;
}

function keyed(event) {
  const found = offered();
  if (!found.length) return;
  const moves = { ArrowDown: 1, ArrowUp: -1 };
  if (event.key in moves) composer.chosen = (composer.chosen + moves[event.key] + found.length) % found.length;
  else if (event.key === "Tab" || (event.key === "Enter" && at("line").value !== found[composer.chosen].command)) complete(found[composer.chosen].command);
  else if (event.key === "Escape") { at("commands").hidden = true; return; }
  else return;
  event.preventDefault();
  drawCommands();
}

async function send(event) {
  event.preventDefault();
  const text = at("line").value.trim();
  if (!text) return;
  at("line").value = "";
  drawCommands();
  const answer = await act("type", { channel: page.channel, text });
  if (!answer.ok && !at("line").value) at("line").value = text;
}

// ---- the round: what is seen, again as soon as there is news

function go(channelId) {
  page.channel = channelId;
  location.hash = `${page.user}/${channelId}`;
  page.drawn = new Map();
  draw();
  at("line").focus();
}

function draw() {
  if (!page.channel) page.channel = direct()?.id || "";
  drawMessages();
  drawSidebar();
  drawPlace();
  drawModal();
}

async function watch() {
  const round = ++page.round;
  let since = null;
  while (round === page.round) {
    try {
      const news = since === null ? "" : `&since=${since}`;
      const seen = await call(`screen?user=${encodeURIComponent(page.user)}${news}`);
      if (round !== page.round) return;
      page.state = await call("state");
      page.seen = seen;
      since = seen.version;
      draw();
    } catch (error) {
      at("status").textContent = `The workspace does not answer (${error.message}); trying again.`;
      await new Promise((resolve) => window.setTimeout(resolve, 1000));
    }
  }
}

function become(userId) {
  page.user = userId;
  page.channel = mine().find((one) => one.name === "general")?.id || mine()[0]?.id || direct()?.id || "";
  page.drawn = new Map();
  page.modal = "";
  at("modal").close();
  location.hash = `${page.user}/${page.channel}`;
  drawActing();
  watch();
}

async function start() {
  page.state = await call("state");
  at("team").textContent = page.state.team.name;
  const [user, channel] = location.hash.slice(1).split("/");
  const first = page.state.people.find((one) => one.title === "ta") || page.state.people.find((one) => one.kind === "member");
  become(page.state.people.some((one) => one.id === user) ? user : first.id);
  if (channel && page.state.channels.some((one) => one.id === channel)) page.channel = channel;
  at("acting").addEventListener("change", (event) => become(event.target.value));
  at("composer").addEventListener("submit", send);
  at("line").addEventListener("input", drawCommands);
  at("line").addEventListener("keydown", keyed);
  at("modal").addEventListener("cancel", (event) => { event.preventDefault(); act("close", {}); });
}

start();
