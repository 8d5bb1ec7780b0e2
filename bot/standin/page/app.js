// The page: who acts, where they are, and the round that shows what they see as soon as there is news.

import { composer } from "/page/composer.js";
import { drawDemo, startDemo, startTheme } from "/page/demo.js";
import { at, icon } from "/page/dom.js";
import { drawHome, log } from "/page/messages.js";
import { drawModal, forgetModals, listenToModal } from "/page/modal.js";
import { drawActing, drawMe, drawPlace, drawSidebar } from "/page/sidebar.js";
import { act, call, channelName, channelOf, isApp, mine, page, tell } from "/page/state.js";

const OLDER = 50; // as many more messages are asked for each time one scrolls up
const NEAR = 1200; // pixels from the oldest message shown
const messages = log(at("messages"), { openThread });
const replies = log(at("replies"), { openThread });
const main = composer(at("composer"), { id: "line", label: "Message", where: () => ({ channel: page.channel }) });
let allShown = false;
const answer = composer(at("reply"), { id: "reply-line", label: "Reply …", where: () => ({ channel: page.channel, thread: page.thread }) });

// ---- the address: #as=handle&channel=name&thread=ts&tab=home

function address() {
  const words = new URLSearchParams();
  const channel = channelOf(page.channel);
  words.set("as", page.seen.people.find((one) => one.id === page.user)?.handle || page.user);
  words.set("channel", channel && ["public", "private"].includes(channel.kind) ? channel.name : page.channel);
  if (page.thread) words.set("thread", page.thread);
  if (page.tab === "home") words.set("tab", "home");
  return `#${words}`;
}

const write = () => { if (location.hash !== address()) history.replaceState(null, "", address()); };

function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  const wanted = (words.get("as") || "").toLowerCase();
  const people = page.seen.people.filter((one) => !["bot", "deactivated"].includes(one.kind));
  const named = people.find((one) => [one.id, one.handle, one.email, one.name].some((each) => each && each.toLowerCase() === wanted));
  const first = named || people.find((one) => one.title === "ta") || people.find((one) => one.kind === "member");
  page.user = first.id;
  page.channel = placeNamed(words.get("channel")) || usualPlace();
  page.thread = words.get("thread") || "";
  page.tab = words.get("tab") === "home" ? "home" : "messages";
}

const placeNamed = (wanted) => mine().find((one) => [one.id, one.name].includes((wanted || "").replace(/^#/, "")) && !one.archived)?.id;

function usualPlace() {
  const open = mine().filter((one) => !one.archived);
  return (open.find((one) => one.name === "general") || open.find((one) => one.kind !== "im") || open[0])?.id || "";
}

// ---- going somewhere

function arrive() {
  page.from = "";
  page.newSince = null;
  messages.forget();
  replies.forget();
  tell("");
  write();
  watch();
}

function go(channelId, focus = true) {
  page.channel = channelId;
  page.thread = "";
  page.tab = "messages";
  sidebar(false);
  arrive();
  if (focus) main.line.focus();
}

async function hello(userId) {
  const opened = await act("direct", { with: userId });
  if (opened.ok) go(opened.channel);
}

function become(userId) {
  const channel = channelOf(page.channel);
  page.user = userId;
  page.thread = "";
  page.tab = "messages";
  page.channel = channel && channel.kind !== "im" && channel.members.includes(userId) ? channel.id : usualPlace();
  forgetModals();
  arrive();
}

function openThread(ts) {
  page.thread = ts;
  write();
  watch();
  answer.line.focus();
}

function closeThread() {
  page.thread = "";
  replies.forget();
  write();
  draw();
  main.line.focus();
}

function tabTo(tab) {
  page.tab = tab;
  write();
  draw();
  at(`tab-${tab}`)?.focus();
  if (tab === "home") act("home", {});
}

function sidebar(open) {
  document.body.classList.toggle("sidebar-open", open);
  at("open-sidebar").setAttribute("aria-expanded", String(open));
}

// ---- the round

function draw() {
  if (!page.seen) return;
  const channel = channelOf(page.channel), home = page.tab === "home" && isApp(channel);
  drawSidebar(go, hello);
  drawActing(become);
  drawMe();
  drawPlace(tabTo);
  at("messages").hidden = at("composer").hidden = home;
  at("home").hidden = !home;
  if (home) drawHome();
  else drawMessages(channel);
  if (channel) main.say(`Message ${channel.kind === "public" ? "#" : ""}${channelName(channel)}`);
  at("thread").hidden = !page.thread;
  document.body.classList.toggle("with-thread", Boolean(page.thread));
  if (page.thread) replies.show(page.seen.thread, { inThread: true });
  drawModal();
  drawDemo();
  document.title = `${channel ? channelName(channel) : "…"} · ${page.seen.team.name}`;
}

async function drawMessages(channel) {
  const { messages: said, earlier } = page.seen;
  const beginning = earlier || !channel ? "" : `${channel.kind === "public" ? "#" : ""}${channelName(channel)}`;
  allShown = false;
  // A drawing that another has overtaken ends later, and must not undo what that one found.
  if (!(await messages.show(said, { newSince: page.newSince, earlier, beginning }))) return;
  allShown = true;
  older();
}

function markRead() {
  const newest = page.seen.messages.at(-1), thread = page.seen.thread.at(-1);
  const ts = [newest?.ts, thread?.ts].filter(Boolean).sort().at(-1);
  if (!ts || document.hidden || !page.seen.unread[page.channel]) return;
  delete page.seen.unread[page.channel];
  call("read", { user: page.user, channel: page.channel, ts });
}

let round = 0, stopping = new AbortController();

async function watch() {
  const own = ++round;
  stopping.abort();
  stopping = new AbortController();
  const { signal } = stopping;
  for (let since = ""; own === round;) {
    try {
      const from = page.from, asked = new URLSearchParams({ user: page.user || "", channel: page.channel, thread: page.thread, from, since });
      const seen = await call(`page?${asked}`, undefined, signal);
      if (own !== round) return;
      if (!seen.ok) throw new Error(seen.error);
      since = from === page.from ? seen.version : "";
      if (!since) continue; // in the meantime older messages were asked for: they may have changed too
      page.seen = seen;
      if (page.newSince === null) page.newSince = seen.unread[page.channel] ? seen.read[page.channel] || "0" : "";
      markRead();
      draw();
    } catch (error) {
      if (own !== round) return;
      tell(`The workspace does not answer (${error.message}); trying again.`);
      since = "";
      await new Promise((resolve) => window.setTimeout(resolve, 1000));
    }
  }
}

// Older messages are asked for before one gets to the oldest, and not before that one is shown.
async function older() {
  if (!allShown || !page.seen.earlier || at("messages").scrollTop > NEAR) return;
  allShown = false;
  const own = round, oldest = page.seen.messages[0].ts;
  const asked = new URLSearchParams({ user: page.user, channel: page.channel, before: oldest, last: OLDER });
  const found = await call(`older?${asked}`).catch(() => null);
  if (own !== round) return;
  const seen = page.seen; // news may have come in the meantime
  if (!found?.ok || seen.messages[0].ts !== oldest) { allShown = true; return; }
  Object.assign(seen, { messages: [...found.messages, ...seen.messages], earlier: found.earlier });
  page.from = seen.messages[0].ts;
  draw();
}

async function start() {
  startTheme(new URLSearchParams(location.hash.slice(1)).get("theme"));
  page.seen = { ...(await call("state")), messages: [], thread: [], unread: {}, modals: [], home: null, shortcuts: [], now: Date.now() / 1000 };
  at("team").textContent = page.seen.team.name;
  at("open-sidebar").append(icon("menu"));
  at("close-thread").append(icon("close"));
  startDemo();
  listenToModal();
  readAddress();
  arrive();
  at("open-sidebar").addEventListener("click", () => sidebar(!document.body.classList.contains("sidebar-open")));
  at("close-thread").addEventListener("click", closeThread);
  at("messages").addEventListener("scroll", older, { passive: true });
  at("skip").addEventListener("click", (event) => { event.preventDefault(); main.line.focus(); });
  document.addEventListener("visibilitychange", () => { if (page.seen.ok) markRead(); });
  window.addEventListener("hashchange", () => { readAddress(); forgetModals(); arrive(); });
  main.line.focus();
}

start();
