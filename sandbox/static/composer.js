// The foot of a dialogue: text, attachments, command menu, reply keyboard, Start and Unblock.
import { attempt, open, showToast } from "./dialogue.js";
import { summarise } from "./bubbles.js";
import { find, icon, make, openMenu } from "./elements.js";
import { act } from "./server.js";
import { word } from "./words.js";

const STICKERS = ["☺", "❤", "★", "☀", "✔", "✿"];
let context = null;
let areKeysHidden = false;
let keysOf = null;

export function setContext(next) {
  context = next;
  const bar = find("context");
  bar.hidden = !next;
  if (next) {
    bar.replaceChildren(
      make("p", {}, make("b", {}, word(next.kind)), make("span", {}, summarise(next.message))),
      make("button", { type: "button", class: "round plain", "aria-label": word("cancel"), onclick: () => setContext(null) }, icon("close")));
  }
  const text = find("text");
  if (next?.kind === "editing") text.value = next.message.text;
  else if (bar.dataset.kind === "editing") text.value = "";
  bar.dataset.kind = next?.kind ?? "";
  grow();
  if (next) text.focus();
}

export function renderFoot() {
  const { person, messages } = open;
  const gate = find("gate");
  const isGated = person.is_deactivated || person.is_blocked || !person.has_started || messages.size === 0;
  find("composer").hidden = isGated;
  gate.hidden = !isGated;
  if (person.is_deactivated) gate.replaceChildren(make("p", {}, word("deactivated")));
  else if (person.is_blocked) gate.replaceChildren(gateButton("unblock", "unblock"));
  else if (isGated) gate.replaceChildren(gateButton("start", "start"));
  find("fill-in").hidden = isGated || !isQuestionnaire(messages);
  renderKeys(isGated);
  const isMenu = open.commands.length > 0 && open.menuButton?.type !== "web_app";
  find("commands").hidden = !isMenu;
}

// The newest message of the bot decides, as a person would look at it.
function isQuestionnaire(messages) {
  const newest = [...messages.values()].filter((message) => message.from_bot).sort((a, b) => b.message_id - a.message_id)[0];
  const rows = newest?.reply_markup?.inline_keyboard ?? [];
  return rows.flat().some((button) => open.questionnaireMarks.includes(button.text));
}

async function fillIn(button) {
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  const done = await attempt(() => act(open.id, "fill_in"));
  button.disabled = false;
  button.removeAttribute("aria-busy");
  if (done) showToast(word("filled_in"));
}

function gateButton(key, action) {
  return make("button", { type: "button", class: "gate-button", onclick: () => attempt(() => act(open.id, action)) }, word(key));
}

function renderKeys(isGated) {
  const keyboard = open.person.keyboard;
  const isKeyboard = keyboard?.kind === "reply_keyboard" && !isGated;
  if (keysOf !== keyboard?.by) { keysOf = keyboard?.by; areKeysHidden = false; }
  const keys = find("keys");
  keys.hidden = !isKeyboard || areKeysHidden;
  find("toggle-keys").hidden = !isKeyboard;
  find("toggle-keys").setAttribute("aria-pressed", String(isKeyboard && !areKeysHidden));
  find("text").placeholder = keyboard?.input_field_placeholder || word("message");
  if (!isKeyboard) return;
  keys.replaceChildren(...keyboard.keyboard.map((row, number) => make("div", { class: `key-row of-${Math.min(8, row.length)}` },
    ...row.map((button, column) => make("button", {
      type: "button", onclick: () => attempt(() => act(open.id, "press", { row: number, column })),
    }, button.text)))));
}

function grow() {
  const text = find("text");
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 160)}px`;
}

async function send() {
  const field = find("text");
  const text = field.value.trim();
  if (!text || !open.id) return;
  const replied = context?.kind === "replying" ? context.message.message_id : null;
  const done = await attempt(() => context?.kind === "editing"
    ? act(open.id, "edit", { message_id: context.message.message_id, text })
    : act(open.id, "say", { text, reply_to: replied }));
  if (!done) return;
  field.value = "";
  setContext(null);
  grow();
}

async function sendFile(kind, file) {
  const form = new FormData();
  form.append("kind", kind);
  form.append("caption", find("text").value.trim());
  form.append("file", file, file.name);
  if (await attempt(() => act(open.id, "send_file", form))) { find("text").value = ""; grow(); }
}

// A short tone, so that a voice message can be tried without a microphone.
function makeVoice() {
  const rate = 8000, count = rate * 2;
  const view = new DataView(new ArrayBuffer(44 + count));
  const put = (at, words) => [...words].forEach((char, i) => view.setUint8(at + i, char.charCodeAt(0)));
  put(0, "RIFF"); view.setUint32(4, 36 + count, true); put(8, "WAVEfmt "); view.setUint32(16, 16, true);
  view.setUint16(20, 1, true); view.setUint16(22, 1, true); view.setUint32(24, rate, true); view.setUint32(28, rate, true);
  view.setUint16(32, 1, true); view.setUint16(34, 8, true); put(36, "data"); view.setUint32(40, count, true);
  for (let i = 0; i < count; i += 1) view.setUint8(44 + i, 128 + 40 * Math.sin(i / 6) * Math.sin((Math.PI * i) / count));
  return new File([view.buffer], "voice.wav", { type: "audio/wav" });
}

function openAttach(anchor) {
  openMenu(anchor, [
    { text: word("file"), sign: "file", run: () => find("file").click() },
    { text: word("photo"), sign: "photo", run: () => find("photo").click() },
    { text: word("voice"), sign: "voice", run: () => sendFile("voice", makeVoice()) },
    { text: word("sticker"), sign: "smile", run: () => openStickers(anchor) },
    { text: word("contact"), sign: "person", run: () => attempt(() => act(open.id, "send_contact")) },
  ], word("attach"));
}

function openStickers(anchor) {
  openMenu(anchor, STICKERS.map((emoji) => ({
    text: emoji, run: () => attempt(() => act(open.id, "send_sticker", { emoji })),
  })), word("sticker"));
}

export function setUpComposer() {
  const text = find("text");
  text.addEventListener("input", grow);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); }
    if (event.key === "Escape" && context) setContext(null);
  });
  find("composer").addEventListener("submit", (event) => { event.preventDefault(); send(); });
  find("fill-in").addEventListener("click", (event) => fillIn(event.currentTarget));
  find("attach").addEventListener("click", (event) => openAttach(event.currentTarget));
  find("commands").addEventListener("click", (event) => openMenu(event.currentTarget, open.commands.map((command) => ({
    text: command.description, hint: `/${command.command}`, run: () => attempt(() => act(open.id, "say", { text: `/${command.command}` })),
  })), word("menu")));
  find("toggle-keys").addEventListener("click", () => { areKeysHidden = !areKeysHidden; renderKeys(false); });
  for (const kind of ["file", "photo"]) {
    find(kind).addEventListener("change", (event) => {
      const [file] = event.target.files;
      event.target.value = "";
      if (file) sendFile(kind === "photo" ? "photo" : "document", file);
    });
  }
}
