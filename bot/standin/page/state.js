// What the page knows: who acts, where, what they see; and how it asks the workspace.

import { at, el } from "/page/dom.js";

export const page = {
  user: null, channel: "", thread: "", tab: "messages", from: "", // where one is, and the oldest message asked for
  seen: null, // the workspace's last answer
  newSince: "", // what was read when the conversation was opened
  labels: new Map(), // the words of what was chosen in menus that ask the app
};

export async function call(path, body, signal) {
  const asked = body === undefined ? { signal } : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const answer = await fetch(`/control/${path}`, asked);
  return answer.json();
}

export function tell(text) {
  for (const place of [at("status"), at("modal-status")]) if (place) place.textContent = text;
}

// Does something for the person who acts; what the workspace refuses is said where it was tried.
export async function act(path, body) {
  tell("");
  try {
    const answer = await call(path, { user: page.user, ...body });
    if (!answer.ok) tell(answer.error);
    return answer;
  } catch (error) {
    tell(`The workspace does not answer (${error.message}).`);
    return { ok: false, error: error.message };
  }
}

// ---- people and places

export const person = (id) => page.seen.people.find((one) => one.id === id);
export const me = () => person(page.user);
export const channelOf = (id) => page.seen.channels.find((one) => one.id === id);
export const others = (channel) => channel.members.filter((id) => id !== page.user);
export const isApp = (channel) => Boolean(channel) && channel.kind === "im" && channel.members.includes(page.seen.bot);
export const mine = () => page.seen.channels.filter((one) => one.members.includes(page.user));

export function channelName(channel) {
  if (channel.kind === "im") return name(others(channel)[0] || page.user);
  if (channel.kind === "mpim") return others(channel).map(name).join(", ");
  return channel.name;
}

export function name(id, given) {
  const found = person(id);
  if (found) return found.name;
  const channel = channelOf(id);
  if (channel) return channelName(channel);
  return page.seen.groups.find((one) => one.id === id)?.handle || given || id;
}

export function reader() {
  const groups = page.seen.groups.filter((one) => one.members.includes(page.user)).map((one) => one.id);
  return { name, me: page.user, groups, zone: me()?.tz || "UTC", now: page.seen.now };
}

const COLOURS = 10;

export function avatar(id, size = "") {
  const found = person(id);
  const letters = (found?.name || "?").split(/[\s-]+/).filter(Boolean).map((word) => [...word][0]);
  const colour = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7) % COLOURS;
  return el("span", { class: `avatar c${colour} ${size} ${found?.kind === "bot" ? "bot" : ""}`, "aria-hidden": "true" }, (letters.length > 1 ? letters[0] + letters.at(-1) : letters[0]).toUpperCase());
}

// ---- what blocks need: who reads, what menus offer, and how to press

export function context(where, view) {
  const held = where ? { message: where } : {};
  return {
    reader: reader(),
    labels: page.labels,
    values: {},
    picked: {}, // what was chosen from menus that the app fills, by block: only the workspace keeps its whole option
    errors: view?.errors || {},
    get people() { return page.seen.people.filter((one) => !["bot", "deactivated"].includes(one.kind)).map((one) => ({ value: one.id, text: one.name, note: one.title || one.kind, avatar: avatar(one.id, "small") })); },
    conversations,
    press: (action_id, value) => act("press", { action_id, value, ...held }),
    choose: (action_id, option, query) => act("choose", { action_id, option, query, ...held }),
    suggest: async (action_id, typed) => (await act("suggest", { action_id, typed, ...held })).options || [],
  };
}

function conversations(filter) {
  const { include, exclude_external_shared_channels: inside, exclude_bot_users: humans } = filter;
  return mine().filter((one) => !one.archived && (!include || include.includes(one.kind)) && !(inside && (one.shared || one.pending)) && !(humans && isApp(one)))
    .map((one) => ({ value: one.id, text: (one.kind === "public" ? "#" : "") + channelName(one), note: one.shared ? "shared with another organisation" : one.kind === "private" ? "private" : "" }));
}
