// The sidebar: sections with unread marks, whom one acts as, one's status; and the header of the conversation.

import { at, el, icon, popup } from "/page/dom.js";
import { emoji } from "/page/mrkdwn.js";
import { act, avatar, channelName, channelOf, isApp, me, mine, others, page, person } from "/page/state.js";

const ROLES = { ta: "Technical Advisors", manager: "TA managers", leader: "Leaders", ae: "Account Executives", ce: "Customer Engineers", ie: "Implementation Engineers", operator: "Operators" };
const GROUPS = [...Object.values(ROLES), "Others of the organisation", "Guests", "Another organisation, in shared channels"];

function groupOf(one) {
  if (one.kind === "guest") return "Guests";
  if (one.kind === "other organisation") return GROUPS.at(-1);
  return ROLES[one.title] || "Others of the organisation";
}

let acting = "";

export function drawActing(become) {
  const can = page.seen.people.filter((one) => !["bot", "deactivated"].includes(one.kind));
  const key = JSON.stringify([page.user, can.map((one) => [one.id, one.name, groupOf(one)])]);
  at("acting").onchange = (event) => become(event.target.value);
  if (key === acting) return;
  acting = key;
  at("acting").replaceChildren(...GROUPS.map((label) => [label, can.filter((one) => groupOf(one) === label)]).filter(([, found]) => found.length)
    .map(([label, found]) => el("optgroup", { label }, found.map((one) => el("option", { value: one.id, selected: one.id === page.user }, ROLES[one.title] || !one.title ? one.name : `${one.name} (${one.title})`)))));
}

export function statusSigns(one) {
  const { emoji: sign, text, paused } = one?.status || {};
  return [sign ? el("span", { class: "sign", title: text, role: "img", "aria-label": text || sign }, emoji(sign)) : null, paused ? el("span", { class: "sign", title: "Notifications paused", role: "img", "aria-label": "notifications paused" }, icon("moon")) : null];
}

// ---- conversations

function entry(channel, picture, go, extra) {
  const unread = channel.id === page.channel ? null : page.seen.unread[channel.id];
  const loud = unread && (unread.mention || channel.kind === "im");
  return el("li", {}, el("button", { type: "button", class: unread ? "unread" : null, "aria-current": channel.id === page.channel ? "page" : null, "data-channel": channel.id, click: () => go(channel.id) },
    picture, el("span", { class: "entry-name" }, channelName(channel)), extra,
    unread ? el("span", { class: loud ? "count loud" : "count" }, unread.count, el("span", { class: "vh" }, " unread")) : null));
}

const SIGN = { public: "hash", private: "lock", mpim: "people" };

function channelEntry(channel, go) {
  const mark = channel.shared || channel.pending ? el("span", { class: "sign", title: channel.shared ? "Shared with another organisation" : "Another organisation is invited" }, icon("shared")) : null;
  return entry(channel, icon(SIGN[channel.kind]), go, mark);
}

function directEntry(channel, go) {
  if (channel.kind === "mpim") return entry(channel, icon("people"), go, null);
  const one = person(others(channel)[0] || page.user);
  return entry(channel, avatar(one.id, "small"), go, statusSigns(one));
}

let drawn = "";

export function drawSidebar(go, hello) {
  const key = JSON.stringify([page.user, page.channel, page.seen.channels, page.seen.unread, page.seen.people.map((one) => one.status)]);
  if (key === drawn) return;
  drawn = key;
  const open = mine().filter((one) => !one.archived);
  const rooms = open.filter((one) => ["public", "private"].includes(one.kind)).sort((a, b) => a.name.localeCompare(b.name));
  const direct = open.filter((one) => one.kind === "mpim" || (one.kind === "im" && !isApp(one)));
  const app = open.find(isApp);
  const list = (title, rows) => [el("h2", {}, title), el("ul", {}, rows)];
  const focused = document.activeElement?.dataset?.channel;
  at("conversations").replaceChildren(
    ...list("Channels", rooms.map((one) => channelEntry(one, go))),
    ...list("Direct messages", [...direct.map((one) => directEntry(one, go)), el("li", {}, el("button", { type: "button", class: "add", click: (event) => someone(event.currentTarget, hello) }, el("span", { class: "plus", "aria-hidden": "true" }, "+"), el("span", { class: "entry-name" }, "New message")))]),
    ...list("Apps", app ? [entry(app, avatar(page.seen.bot, "small"), go, null)] : [el("li", {}, el("button", { type: "button", class: "add", click: () => hello(page.seen.bot) }, avatar(page.seen.bot, "small"), el("span", { class: "entry-name" }, person(page.seen.bot).name)))]));
  if (focused) at("conversations").querySelector(`[data-channel="${focused}"]`)?.focus();
}

function someone(anchor, hello) {
  const people = page.seen.people.filter((one) => one.id !== page.user && !["bot", "deactivated"].includes(one.kind));
  const box = el("div", { class: "people" }, people.map((one) => personRow(one, () => { box.hidePopover(); hello(one.id); })));
  box.addEventListener("toggle", (event) => { if (event.newState === "closed") box.remove(); });
  popup(anchor, box);
  box.querySelector("button").focus();
}

function personRow(one, click) {
  const kind = one.kind === "member" ? one.title : one.kind;
  return el(click ? "button" : "div", { class: "person", type: click ? "button" : null, click }, avatar(one.id, "small"), el("span", {}, one.name), statusSigns(one), el("small", { class: one.kind === "member" ? null : "outside" }, kind));
}

// ---- the header of the conversation

export function drawPlace(tabTo) {
  const channel = channelOf(page.channel);
  if (!channel) return;
  const direct = channel.kind === "im", other = direct ? person(others(channel)[0] || page.user) : null;
  const title = el("h2", {}, direct ? avatar(other.id, "small") : icon(SIGN[channel.kind]), el("span", {}, channelName(channel)), other?.id === page.seen.bot ? el("span", { class: "app" }, "APP") : statusSigns(other));
  const facts = [];
  if (channel.shared) facts.push(el("span", { class: "mark" }, icon("shared"), "Shared with another organisation"));
  if (channel.pending) facts.push(el("span", { class: "mark" }, icon("shared"), "Another organisation is invited"));
  if (channel.topic) facts.push(el("span", { class: "topic" }, channel.topic));
  if (other?.status?.text) facts.push(el("span", { class: "topic" }, other.status.text));
  const members = el("button", { type: "button", class: "members", "aria-label": `${channel.members.length} members`, click: (event) => showMembers(event.currentTarget, channel) }, icon("people"), channel.members.length);
  const tab = (id, label) => el("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-selected": String(page.tab === id), click: () => tabTo(id) }, label);
  at("place").replaceChildren(el("div", { class: "place-line" }, title, el("div", { class: "facts" }, facts), direct ? null : members),
    ...(isApp(channel) ? [el("div", { class: "tabs", role: "tablist", "aria-label": "The app" }, tab("home", "Home"), tab("messages", "Messages"))] : []));
  at("place").className = isApp(channel) ? "tabbed" : "";
}

function showMembers(anchor, channel) {
  const box = el("div", { class: "people", role: "group", "aria-label": "Members", tabindex: "-1" }, channel.members.map(person).filter(Boolean).map((one) => personRow(one)));
  box.addEventListener("toggle", (event) => { if (event.newState === "closed") box.remove(); });
  popup(anchor, box);
  box.focus();
}

// ---- one's own status

const OFFERED = [[":calendar:", "In a meeting"], [":bus:", "Commuting"], [":face_with_thermometer:", "Out sick"], [":palm_tree:", "On leave"], [":house_with_garden:", "Working remotely"]];

export function drawMe() {
  const one = me(), button = at("my-status");
  const { emoji: sign, text, paused } = one.status;
  button.replaceChildren(avatar(one.id, "small"), el("span", {}, sign || text ? `${emoji(sign)} ${text}` : "Set a status"), paused ? icon("moon") : "");
  button.onclick = () => {
    const line = el("input", { class: "field", "aria-label": "Status", placeholder: "What’s your status?", maxlength: 100, value: text });
    const set = (first, words, more) => { box.hidePopover(); act("status", { emoji: first, text: words, ...more }); };
    const box = el("form", { class: "status-box", submit: (event) => { event.preventDefault(); set(sign || ":speech_balloon:", line.value.trim()); } }, line,
      OFFERED.map(([first, words]) => el("button", { type: "button", class: "row", click: () => set(first, words) }, `${emoji(first)} ${words}`)),
      el("button", { type: "button", class: "row", click: () => set("", "") }, "Clear the status"),
      el("button", { type: "button", class: "row", click: () => { box.hidePopover(); act("pause", { minutes: paused ? 0 : 60 }); } }, paused ? "Resume notifications" : "Pause notifications for an hour"));
    box.addEventListener("toggle", (event) => { if (event.newState === "closed") box.remove(); });
    popup(button, box);
    line.focus();
  };
}
