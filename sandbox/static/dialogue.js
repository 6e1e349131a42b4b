// The open dialogue: log, live changes, taps, toasts and alerts, actions on messages.
import { renderBubble, summarise } from "./bubbles.js";
import { find, make, openMenu } from "./elements.js";
import { dayOf, writeDay } from "./moments.js";
import { act, read } from "./server.js";
import { currentLanguage, inLanguage, translate, word } from "./words.js";
import { renderFoot, setContext } from "./composer.js";

export const open = { id: null, person: null, messages: new Map(), commands: [], menuButton: null, description: "", bot: null, questionnaireMarks: [] };
const busy = new Map();
const reactions = new Map();
let loading = 0;

const doors = {
  say: (text) => attempt(() => act(open.id, "say", { text })),
  start: (payload) => attempt(() => act(open.id, "start", { payload })),
  botName: () => open.bot.username,
  botTitle: () => open.bot.first_name,
  personName: () => open.person.first_name,
  isBusy: (id, row, column) => [...busy.values()].includes(`${id}:${row}:${column}`),
  reactionOf: (id) => reactions.get(id),
  showMessage, tap, openActions,
};

export async function attempt(work) {
  try { return await work(); } catch (error) { showToast(translate(error.message)); return null; }
}

export async function openDialogue(id, bot) {
  open.bot = bot;
  const turn = ++loading;
  const view = id === null ? null : await attempt(() => read(`/sandbox/people/${id}`));
  if (turn !== loading) return;
  const isOther = open.id !== id;
  open.id = view ? id : null;
  for (const part of ["dialogue-head", "foot"]) find(part).hidden = !view;
  find("nobody").hidden = Boolean(view);
  if (!view) { find("log").replaceChildren(); find("pinned").hidden = true; return; }
  open.person = view.person;
  open.commands = view.commands;
  open.menuButton = view.menu_button;
  open.description = view.description;
  open.messages = new Map(view.messages.map((message) => [message.message_id, message]));
  const stillOpen = new Set(view.open_queries.map((query) => query.query_id));
  for (const query of [...busy.keys()]) if (!stillOpen.has(query)) busy.delete(query);
  if (isOther) { setContext(null); drawn.clear(); find("log").replaceChildren(); }
  renderAll(isOther);
  markRead();
}

export function renderAll(toEnd = false) {
  if (!open.id) return;
  const log = find("log");
  const wasAtEnd = toEnd || isAtEnd();
  find("bot-name").textContent = open.bot.first_name;
  renderWho();
  const nodes = [];
  let day = "";
  for (const message of [...open.messages.values()].sort((a, b) => a.message_id - b.message_id)) {
    if (dayOf(message.date * 1000) !== day) {
      day = dayOf(message.date * 1000);
      nodes.push(make("p", { class: "day" }, make("span", {}, writeDay(message.date * 1000))));
    }
    nodes.push(reuseBubble(message));
  }
  if (!nodes.length) nodes.push(renderWelcome());
  place(log, nodes);
  renderPinned();
  renderFoot();
  if (wasAtEnd) log.scrollTop = log.scrollHeight;
}

// A bubble is drawn anew only when something in it changed: focus, sound and screen readers are not disturbed.
const drawn = new Map();

function reuseBubble(message) {
  const id = message.message_id;
  const waiting = [...busy.values()].filter((where) => where.startsWith(`${id}:`));
  const state = JSON.stringify([message, waiting, reactions.get(id), currentLanguage()]);
  const known = drawn.get(id);
  if (known?.state === state) return known.node;
  const node = renderBubble(message, doors);
  drawn.set(id, { state, node });
  return node;
}

function place(log, nodes) {
  const kept = new Set(nodes);
  const held = document.activeElement?.closest?.(".message");
  for (const child of [...log.childNodes]) if (!kept.has(child)) child.remove();
  nodes.forEach((node, index) => { if (log.childNodes[index] !== node) log.insertBefore(node, log.childNodes[index] ?? null); });
  if (held && !held.isConnected) find(held.id)?.querySelector(".inline-keys button")?.focus({ preventScroll: true });
}

function renderWho(words = "") {
  const { first_name, last_name, note, is_blocked } = open.person;
  const name = [first_name, last_name].filter(Boolean).join(" ");
  const state = words || [`${word("you_are")} ${name}`, inLanguage(note), is_blocked ? word("blocked") : ""].filter(Boolean).join(", ");
  find("who-am-i").textContent = state;
  find("who-am-i").classList.toggle("live", Boolean(words));
}

function renderWelcome() {
  return make("div", { class: "welcome" },
    make("img", { src: "/static/icon.svg", alt: "", width: "72", height: "72" }),
    make("h3", {}, open.description ? word("about_bot") : open.bot.first_name),
    open.description ? make("p", {}, open.description) : "",
    open.person.start_payload && !open.person.has_started
      ? make("p", { class: "invited" }, make("b", {}, word("invited")), make("span", {}, word("invited_hint"))) : "");
}

function renderPinned() {
  const bar = find("pinned");
  const message = open.messages.get(open.person.pinned.at(-1));
  bar.hidden = !message;
  if (message) {
    bar.replaceChildren(make("button", { type: "button", onclick: () => showMessage(message.message_id) },
      make("b", {}, word("pinned")), make("span", {}, summarise(message))));
  }
}

const isAtEnd = () => { const log = find("log"); return log.scrollHeight - log.scrollTop - log.clientHeight < 140; };

function showMessage(id) {
  const node = find(`m${id}`);
  if (!node) return;
  node.scrollIntoView({ block: "center", behavior: "smooth" });
  node.classList.add("flash");
  setTimeout(() => node.classList.remove("flash"), 1200);
}

async function tap(message, row, column, button) {
  const address = button.url ?? button.web_app?.url ?? button.login_url?.url;
  if (address) {
    const url = new URL(address.includes("://") ? address : `http://${address}`);
    const isOwn = url.hostname === "t.me" && url.pathname.slice(1) === open.bot.username;
    if (isOwn) return doors.start(url.searchParams.get("start") ?? "");
    return void window.open(address, "_blank", "noopener");
  }
  if (button.copy_text) {
    await navigator.clipboard?.writeText(button.copy_text.text);
    return showToast(word("copied"));
  }
  const place = `${message.message_id}:${row}:${column}`;
  const done = await attempt(() => act(open.id, "tap", { message_id: message.message_id, row, column }));
  if (!done?.query_id || answered.delete(done.query_id)) return undefined;
  busy.set(done.query_id, place);
  setTimeout(() => { if (busy.delete(done.query_id)) renderAll(); }, 15000);
  return renderAll();
}

// Answers may arrive before the tap's own response: remembered until it does.
const answered = new Set();

let toastTimer = 0;
export function showToast(words) {
  const toast = find("toast");
  toast.textContent = words;
  toast.hidden = !words;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { toast.hidden = true; }, 3500);
}

function openActions(anchor, message) {
  const text = message.text ?? message.caption;
  const items = [{ text: word("reply"), run: () => setContext({ kind: "replying", message }) }];
  if (!message.from_bot && message.text && !message.forward_origin) {
    items.push({ text: word("edit"), run: () => setContext({ kind: "editing", message }) });
  }
  items.push({ text: word("forward"), run: () => attempt(() => act(open.id, "forward", { message_id: message.message_id })) });
  if (text) items.push({ text: word("copy"), run: () => navigator.clipboard?.writeText(text) });
  items.push({ text: word("remove"), danger: true, run: () => attempt(() => act(open.id, "delete_message", { message_id: message.message_id })) });
  openMenu(anchor, items, word("actions"));
}

export function openChatMenu(anchor) {
  const run = (action) => () => attempt(() => act(open.id, action));
  const items = [
    open.person.is_blocked ? { text: word("unblock"), run: run("unblock") } : { text: word("block"), run: run("block") },
    { text: word("clear"), run: run("delete_chat") },
    { text: word("deactivate"), danger: true, run: run("deactivate") },
  ];
  openMenu(anchor, open.person.is_deactivated ? items.slice(1, 2) : items, word("chat_menu"));
}

export function markRead() {
  if (open.id && document.visibilityState === "visible") act(open.id, "read").catch(() => {});
}

let typingTimer = 0;
export function takeEvent(event) {
  if (event.kind === "callback_answer") return takeAnswer(event);
  if (event.chat_id !== open.id) return undefined;
  if (event.kind === "message" || event.kind === "edit") {
    const wasAtEnd = isAtEnd();
    open.messages.set(event.message_id, event.body);
    renderWho();
    renderAll(event.kind === "message" && !event.from_bot);
    find("jump").hidden = wasAtEnd || event.kind === "edit";
    if (event.kind === "message") markRead();
  } else if (event.kind === "delete") {
    open.messages.delete(event.message_id);
    renderAll();
  } else if (event.kind === "reaction") {
    reactions.set(event.message_id, event.reaction[0]?.emoji);
    renderAll();
  } else if (event.kind === "chat_action") {
    renderWho(word("typing"));
    clearTimeout(typingTimer);
    typingTimer = setTimeout(() => renderWho(), 4000);
  } else if (event.kind === "cleared" || event.kind === "person") {
    openDialogue(open.id, open.bot);
  }
  return undefined;
}

function takeAnswer(event) {
  if (!busy.delete(event.query_id)) answered.add(event.query_id);
  if (event.chat_id !== open.id) return;
  if (event.show_alert && event.text) {
    find("alert-text").textContent = event.text;
    find("alert").showModal();
  } else if (event.text) showToast(event.text);
  renderAll();
}

export function setUpDialogue() {
  const log = find("log");
  log.addEventListener("scroll", () => { if (isAtEnd()) find("jump").hidden = true; });
  find("jump").addEventListener("click", () => { log.scrollTop = log.scrollHeight; });
  find("chat-menu").addEventListener("click", (event) => openChatMenu(event.currentTarget));
  document.addEventListener("visibilitychange", markRead);
}
