// Messages: grouped by author and day, with threads, menus and what is for one's own eyes only.

import { render } from "/page/blocks.js";
import { at, el, icon, menu, settle } from "/page/dom.js";
import { clockOf, dayName, dayOf, mrkdwn } from "/page/mrkdwn.js";
import { act, avatar, context, name, page, person, reader } from "/page/state.js";
import { statusSigns } from "/page/sidebar.js";

const TOGETHER = 300; // seconds within which one author's messages stand under one name
const PER_STRETCH = 5; // as many messages stand in one box, which the browser passes over as long as it is out of sight
const AT_ONCE = 8; // milliseconds for making messages before the browser gets its turn

const texts = new WeakMap();

// A message as text, to be compared; each is written once.
function written(one) {
  if (!texts.has(one)) texts.set(one, JSON.stringify(one));
  return texts.get(one);
}

const turn = () => new Promise((resolve) => window.setTimeout(resolve));

export function log(box, { openThread }) {
  const told = new WeakMap(); // what each node says
  let kept = new Map(), stretches = new Map(), round = 0, bar = null;
  const forget = () => { round += 1; kept = new Map(); stretches = new Map(); box.replaceChildren(); };

  // What is to stand there, one after the other: what it depends on, how it is made, and in which stretch it stands.
  function listed(messages, { inThread, newSince, beginning, earlier }) {
    const who = reader(), wanted = [];
    const authors = new Map(page.seen.people.map((one) => [one.id, `${one.name}${JSON.stringify(one.status)}`]));
    let before = null, marked = false, dayBefore = "";
    if (beginning) wanted.push({ key: "beginning", about: beginning, stretch: "beginning", make: () => el("div", { class: "beginning" }, el("h3", {}, beginning), el("p", {}, "This is where it begins.")) });
    messages.forEach((one, number) => {
      const stretch = Math.floor((earlier + number) / PER_STRETCH);
      const put = (key, about, make) => wanted.push({ key, about, make, stretch });
      const instant = Number(one.ts) * 1000, day = dayOf(instant, who.zone);
      if (!inThread && dayBefore !== day) put(`day/${day}`, dayName(instant, who), () => el("p", { class: "day" }, el("span", {}, dayName(instant, who))));
      if (!inThread && !marked && newSince && one.ts > newSince && one.user !== page.user) {
        marked = true;
        put("new", newSince, () => el("p", { class: "new" }, el("span", {}, "New")));
        before = null;
      }
      const follows = before && before.user === one.user && Number(one.ts) - Number(before.ts) < TOGETHER && !before.ephemeral && !one.ephemeral && dayBefore === day && !before.replies;
      put(`${one.channel}/${one.ts}`, `${follows}${who.zone}${authors.get(one.user)}${written(one)}`, () => {
        const node = drawn(one, { follows, inThread, who, openThread });
        told.set(node, { one, inThread });
        return node;
      });
      before = one;
      dayBefore = day;
    });
    return wanted;
  }

  // Puts what is made in its place, stretch by stretch.
  function place(wanted) {
    const rows = new Map();
    for (const { key, stretch } of wanted) {
      const made = kept.get(key);
      if (made) rows.has(stretch) ? rows.get(stretch).push(made.node) : rows.set(stretch, [made.node]);
    }
    const boxes = new Map([...rows.keys()].map((stretch) => [stretch, stretches.get(stretch) || el("div", { class: "stretch" })]));
    stretches = boxes;
    for (const [stretch, nodes] of rows) settle(boxes.get(stretch), nodes);
    settle(box, [...boxes.values()]);
  }

  // A node is made anew only when something about it changed; the newest are made first, a few at once.
  async function show(messages, { inThread = false, newSince = "", beginning = "", earlier = 0 } = {}) {
    const own = ++round, wanted = listed(messages, { inThread, newSince, beginning, earlier });
    const last = lastOf(box);
    let followed = null; // where the newest message was followed to
    let mine = messages.at(-1)?.user === page.user;
    const todo = wanted.filter(({ key, about }) => kept.get(key)?.about !== about);
    kept = new Map(wanted.filter(({ key }) => kept.has(key)).map(({ key }) => [key, kept.get(key)]));
    do {
      for (const began = performance.now(); todo.length && performance.now() - began < AT_ONCE;) {
        const { key, about, make } = todo.pop();
        kept.set(key, { about, node: make() });
      }
      const low = box.scrollHeight - box.scrollTop - box.clientHeight < 80;
      // A browser keeps what is read in its place while older messages come in above it, but not at the very top.
      if (!low && box.scrollTop < 1) box.scrollTop = 1;
      place(wanted);
      if (lastOf(box) !== last && (low || mine || box.scrollTop === followed)) followed = follow();
      mine = false; // who scrolls away in the meantime is left there
      if (todo.length) await turn();
    } while (todo.length && own === round);
    return own === round;
  }

  // Only the message that one points at or has the focus in has its buttons: a thousand need not have them.
  function reveal(event) {
    const node = event.target.closest?.(".message"), said = told.get(node);
    if (!said || node.contains(bar) || bar?.matches(":focus-within, :has([aria-expanded=true])")) return;
    bar?.remove();
    bar = toolbar(said.one, said.inThread, openThread);
    node.append(bar);
  }

  box.addEventListener("pointerover", reveal);
  box.addEventListener("focusin", reveal);

  function follow() {
    const latest = lastOf(box);
    // A message taller than the view is read from its beginning.
    if (latest.offsetHeight > box.clientHeight) box.scrollTop += latest.getBoundingClientRect().top - box.getBoundingClientRect().top - 8;
    else box.scrollTop = box.scrollHeight;
    return box.scrollTop;
  }

  return { show, forget };
}

const lastOf = (box) => box.lastElementChild?.lastElementChild;

const BADGE = { bot: "APP", guest: "guest", "other organisation": "external" };

function drawn(one, { follows, inThread, who, openThread }) {
  const author = person(one.user), instant = Number(one.ts) * 1000;
  const time = el("time", { datetime: new Date(instant).toISOString(), title: `${dayName(instant, who)}, ${clockOf(instant, who.zone)} (${who.zone})` }, clockOf(instant, who.zone));
  const badge = BADGE[author?.kind];
  const isSlackbot = one.user === "USLACKBOT";
  const by = follows ? null : el("p", { class: "by" }, el("b", {}, author?.name || one.user), badge && !isSlackbot ? el("span", { class: badge === "APP" ? "app" : "kind" }, badge) : null, isSlackbot || badge ? null : statusSigns(author), time);
  const body = one.blocks.length ? render(one.blocks, context(one.ts)) : el("p", { class: "words" }, mrkdwn(one.text, who));
  return el("article", { class: ["message", one.ephemeral ? "ephemeral" : "", follows ? "follows" : ""].join(" ").trim(), "data-ts": one.ts, tabindex: "0", "aria-label": `${author?.name || one.user}, ${clockOf(instant, who.zone)}${one.ephemeral ? ", only visible to you" : ""}` },
    one.ephemeral ? el("p", { class: "only" }, icon("eye"), "Only visible to you") : null,
    el("div", { class: "gutter" }, follows ? time : avatar(one.user)),
    el("div", { class: "content" }, by, body, (one.files ?? []).map((file) => el("p", { class: "words" }, el("a", { href: `/files/${file.id}`, download: file.name }, file.name))), one.edited ? el("small", { class: "edited" }, "(edited)") : null,
      one.replies && !inThread ? repliesButton(one, openThread, instant, who) : null));
}

function repliesButton(one, openThread, instant, who) {
  const { count, last, people } = one.replies;
  return el("button", { type: "button", class: "replies", click: () => openThread(one.ts) }, people.map((id) => avatar(id, "tiny")), el("b", {}, count === 1 ? "1 reply" : `${count} replies`), el("small", {}, `Last at ${clockOf(Number(last) * 1000, who.zone)}`));
}

function toolbar(one, inThread, openThread) {
  const more = (event) => {
    const shortcuts = page.seen.shortcuts.filter((each) => each.kind === "message");
    const rows = shortcuts.map((each) => [each.name, () => act("shortcut", { callback_id: each.callback_id, message: one.ts }), each.description]);
    menu(event.currentTarget, [...(one.ephemeral || one.user === "USLACKBOT" ? [["A message that only you see has no shortcuts."]] : rows.length ? rows : [["No app offers a shortcut for messages here."]]),
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
