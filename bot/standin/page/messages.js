// Messages: grouped by author and day, with threads, menus and what is for one's own eyes only.

import { render } from "/page/blocks.js";
import { at, el, icon, menu, settle } from "/page/dom.js";
import { clockOf, dayName, dayOf, mrkdwn } from "/page/mrkdwn.js";
import { act, avatar, context, name, page, person, reader } from "/page/state.js";
import { statusSigns } from "/page/sidebar.js";

const TOGETHER = 300; // seconds within which one author's messages stand under one name

export function log(box, { openThread }) {
  let kept = new Map();
  const forget = () => { kept = new Map(); box.replaceChildren(); };

  // The messages as nodes; a node is made anew only when something about it changed.
  function nodes(messages, { inThread, newSince, beginning }) {
    const now = new Map(), who = reader(), wanted = [];
    const put = (key, about, make) => {
      const old = kept.get(key), made = old && old.about === about ? old : { about, node: make() };
      now.set(key, made);
      wanted.push(made.node);
    };
    const authors = new Map(page.seen.people.map((one) => [one.id, `${one.name}${JSON.stringify(one.status)}`]));
    let before = null, marked = false, dayBefore = "";
    if (beginning) put("beginning", beginning, () => el("div", { class: "beginning" }, el("h3", {}, beginning), el("p", {}, "This is where it begins.")));
    for (const one of messages) {
      const instant = Number(one.ts) * 1000, day = dayOf(instant, who.zone);
      if (!inThread && dayBefore !== day) put(`day/${day}`, dayName(instant, who), () => el("p", { class: "day" }, el("span", {}, dayName(instant, who))));
      if (!inThread && !marked && newSince && one.ts > newSince && one.user !== page.user) {
        marked = true;
        put("new", newSince, () => el("p", { class: "new" }, el("span", {}, "New")));
        before = null;
      }
      const follows = before && before.user === one.user && Number(one.ts) - Number(before.ts) < TOGETHER && !before.ephemeral && !one.ephemeral && dayBefore === day && !before.replies;
      put(`${one.channel}/${one.ts}`, `${follows}${who.zone}${authors.get(one.user)}${JSON.stringify(one)}`, () => drawn(one, { follows, inThread, who, openThread }));
      before = one;
      dayBefore = day;
    }
    kept = now;
    return wanted;
  }

  function show(messages, { inThread = false, newSince = "", beginning = "" } = {}) {
    const low = box.scrollHeight - box.scrollTop - box.clientHeight < 80, last = box.lastElementChild;
    // A browser keeps what is read in its place while older messages come in above it, but not at the very top.
    if (!low && box.scrollTop < 1) box.scrollTop = 1;
    settle(box, nodes(messages, { inThread, newSince, beginning }));
    const latest = box.lastElementChild;
    if (!latest || latest === last || !(low || messages.at(-1)?.user === page.user)) return;
    // A message taller than the view is read from its beginning.
    if (latest.offsetHeight > box.clientHeight) box.scrollTop += latest.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
    else box.scrollTop = box.scrollHeight;
  }

  return { show, forget };
}

const BADGE = { bot: "APP", guest: "guest", "other organisation": "external" };

function drawn(one, { follows, inThread, who, openThread }) {
  const author = person(one.user), instant = Number(one.ts) * 1000;
  const time = el("time", { datetime: new Date(instant).toISOString(), title: `${dayName(instant, who)}, ${clockOf(instant, who.zone)} (${who.zone})` }, clockOf(instant, who.zone));
  const badge = BADGE[author?.kind];
  const isSlackbot = one.user === "USLACKBOT";
  const by = follows ? null : el("p", { class: "by" }, el("b", {}, author?.name || one.user), badge && !isSlackbot ? el("span", { class: badge === "APP" ? "app" : "kind" }, badge) : null, isSlackbot || badge ? null : statusSigns(author), time);
  const body = one.blocks.length ? render(one.blocks, context(one.ts)) : el("p", { class: "words" }, mrkdwn(one.text, who));
  return el("article", { class: ["message", one.ephemeral ? "ephemeral" : "", follows ? "follows" : ""].join(" ").trim(), "data-ts": one.ts, "aria-label": `${author?.name || one.user}, ${clockOf(instant, who.zone)}${one.ephemeral ? ", only visible to you" : ""}` },
    one.ephemeral ? el("p", { class: "only" }, icon("eye"), "Only visible to you") : null,
    el("div", { class: "gutter" }, follows ? time : avatar(one.user)),
    el("div", { class: "content" }, by, body, (one.files ?? []).map((file) => el("p", { class: "words" }, el("a", { href: `/files/${file.id}`, download: file.name }, file.name))), one.edited ? el("small", { class: "edited" }, "(edited)") : null,
      one.replies && !inThread ? repliesButton(one, openThread, instant, who) : null),
    toolbar(one, inThread, openThread));
}

function repliesButton(one, openThread, instant, who) {
  const { count, last, people } = one.replies;
  return el("button", { type: "button", class: "replies", click: () => openThread(one.ts) }, people.map((id) => avatar(id, "tiny")), el("b", {}, count === 1 ? "1 reply" : `${count} replies`), el("small", {}, `Last at ${clockOf(Number(last) * 1000, who.zone)}`));
}

function toolbar(one, inThread, openThread) {
  const more = (event) => {
    const shortcuts = page.seen.shortcuts.filter((each) => each.kind === "message");
    const rows = shortcuts.map((each) => [each.name, () => act("shortcut", { callback_id: each.callback_id, message: one.ts }), each.description]);
    menu(event.currentTarget, [...(one.ephemeral || one.user === "USLACKBOT" ? [["A message that only you see has no shortcuts."]] : rows.length ? rows : [["No app offers a message shortcut yet."]]),
      ["Copy the text", () => navigator.clipboard?.writeText(one.text)]], "More actions");
  };
  const reply = inThread || one.ephemeral ? null : el("button", { type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread", click: () => openThread(one.ts) }, icon("reply"));
  return el("div", { class: "toolbar", role: "group", "aria-label": `What to do with the message of ${name(one.user)}` }, reply, el("button", { type: "button", class: "icon-button", "aria-label": "More actions", title: "More actions", "aria-haspopup": "menu", click: more }, icon("dots")));
}

// ---- the app's home tab

let homeDrawn = "";

export function drawHome() {
  const box = at("home"), view = page.seen.home;
  const key = view ? view.id + view.hash + page.user : `none${page.seen.home_tab}`;
  if (key === homeDrawn) return;
  homeDrawn = key;
  if (view) box.replaceChildren(el("div", { class: "home-view" }, render(view.blocks, { ...context(view.id), values: {} })));
  else box.replaceChildren(el("div", { class: "empty" }, icon("home"), el("p", {}, page.seen.home_tab ? "The app has not published its home tab yet." : "This app has no home tab: manifest.yml does not enable it.")));
}
