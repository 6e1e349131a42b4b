// Puts the page together: people, time machine, live events, the address of the open dialogue.
import { summarise } from "./bubbles.js";
import { setUpComposer } from "./composer.js";
import { openDialogue, open, renderAll, setUpDialogue, showToast, takeEvent } from "./dialogue.js";
import { find, icon, make } from "./elements.js";
import { setUpFaults } from "./faults.js";
import { now, setClock, setZone, writeClock, writeShort, writeSoon } from "./moments.js";
import { act, listen, read, write } from "./server.js";
import { applyWords, currentLanguage, inLanguage, setLanguage, translate, word } from "./words.js";

const page = { config: null, people: [], next: null };

const chosen = () => Number(location.hash.slice(1)) || null;

function renderPeople() {
  const list = find("people");
  const latest = (person) => person.last?.date ?? 0;
  const people = [...page.people].sort((a, b) => latest(b) - latest(a) || a.id - b.id);
  const focused = document.activeElement?.closest?.(".people-list a")?.getAttribute("href");
  list.replaceChildren(...people.map((person) => {
    const name = [person.first_name, person.last_name].filter(Boolean).join(" ");
    const last = person.start_payload && !person.has_started ? word("invited") : summarise(person.last);
    return make("li", {}, make("a", { href: `#${person.id}`, "aria-current": person.id === chosen() ? "true" : null },
      make("span", { class: `avatar c${person.id % 8}`, "aria-hidden": "true" }, person.first_name.slice(0, 1).toUpperCase()),
      make("span", { class: "person-name" }, make("b", {}, name), person.note ? make("small", {}, inLanguage(person.note)) : ""),
      make("time", { class: "person-time" }, person.last ? writeShort(person.last.date * 1000) : ""),
      make("span", { class: "person-last" }, last.replaceAll("\n", " ")),
      person.unread ? make("span", { class: "unread", "aria-label": `${person.unread} ${word("unread")}` }, String(person.unread)) : ""));
  }));
  if (focused) list.querySelector(`a[href="${focused}"]`)?.focus();
  const total = page.people.reduce((sum, person) => sum + (person.id === open.id ? 0 : person.unread), 0);
  document.title = (total ? `(${total}) ` : "") + (open.id && open.person ? `${open.person.first_name} · ` : "") + word("sandbox");
}

let peopleTimer = 0;
function refreshPeople() {
  clearTimeout(peopleTimer);
  peopleTimer = setTimeout(async () => {
    page.people = await read("/sandbox/people");
    renderPeople();
  }, 120);
}

function takeClock(report) {
  setClock(report);
  page.next = report.next ? Date.parse(report.next) : null;
  find("to-next").disabled = page.next === null;
  find("to-next").title = page.next === null ? word("no_next") : "";
  find("next").hidden = page.next === null;
  find("next").textContent = page.next === null ? "" : `${word("next_at")} ${writeSoon(page.next)}`;
  tick();
}

function tick() {
  const clock = find("clock");
  clock.textContent = writeClock(now());
  clock.dateTime = new Date(now()).toISOString();
}

async function skip(body, button) {
  const buttons = [...document.querySelectorAll(".skips button")];
  for (const other of buttons) other.disabled = true;
  button.classList.add("busy");
  try { takeClock(await write("/clock/skip", body)); } catch (error) { showToast(translate(error.message)); }
  button.classList.remove("busy");
  for (const other of buttons) other.disabled = other.id === "to-next" && page.next === null;
  renderAll();
  refreshPeople();
}

async function route() {
  const id = chosen();
  find("screens").dataset.screen = id ? "dialogue" : "people";
  await openDialogue(id, page.config.bot);
  refreshPeople();
}

async function loadAll() {
  page.config = await read("/sandbox/config");
  open.questionnaireMarks = page.config.questionnaire_marks;
  setZone(page.config.timezone);
  takeClock(page.config.clock);
  page.people = await read("/sandbox/people");
  renderPeople();
  await route();
}

function renderLanguage() {
  const button = find("language");
  button.textContent = currentLanguage() === "ru" ? "EN" : "RU";
  button.setAttribute("aria-label", currentLanguage() === "ru" ? "English" : "Русский");
}

let wasOffline = false;
function takeConnection(isLive) {
  find("offline").hidden = isLive;
  if (isLive && wasOffline) loadAll();
  wasOffline = !isLive;
}

function receive(event) {
  if (event.kind === "clock") { takeClock(event.clock); renderAll(); refreshPeople(); }
  else if (event.kind === "commands") read("/sandbox/config").then((config) => { page.config = config; return openDialogue(open.id, config.bot); });
  else takeEvent(event);
  if (["message", "edit", "delete", "person", "cleared"].includes(event.kind)) refreshPeople();
}

// A deep link of the bot, opened here as `/?start=...`: who of the people presses Start?
function askWhoOpens() {
  const payload = new URLSearchParams(location.search).get("start");
  if (!payload) return;
  const dialog = find("invitation");
  const press = async (person) => {
    dialog.close();
    history.replaceState(null, "", `/#${person.id}`);
    await route();
    try { await act(person.id, "start", { payload }); } catch (error) { showToast(translate(error.message)); }
  };
  const name = make("input", { "aria-label": word("name"), placeholder: word("add_person"), maxlength: "64", required: true });
  const adding = make("form", { class: "add-person", onsubmit: async (event) => {
    event.preventDefault();
    await press(await write("/sandbox/people", { first_name: name.value }));
  } }, name, make("button", { type: "submit", class: "round", "aria-label": word("start") }, icon("send")));
  dialog.replaceChildren(make("h2", {}, word("who_opens")), ...page.people.map((person) =>
    make("button", { type: "button", class: "opener", onclick: () => press(person) },
      make("span", { class: `avatar c${person.id % 8}`, "aria-hidden": "true" }, person.first_name.slice(0, 1).toUpperCase()),
      make("span", {}, [person.first_name, person.last_name, person.note ? `(${inLanguage(person.note)})` : ""].filter(Boolean).join(" ")))), adding);
  dialog.showModal();
}

async function begin() {
  applyWords();
  renderLanguage();
  setUpDialogue();
  setUpComposer();
  setUpFaults();
  await loadAll();
  for (const [label, url] of Object.entries(page.config.links)) {
    find("open-faults").before(make("a", { href: url, target: "_blank", rel: "noopener", class: "quiet", "data-word": label }, word(label)));
  }
  askWhoOpens();
  listen(receive, takeConnection);
  setInterval(tick, 1000);
  addEventListener("hashchange", route);
  find("back").addEventListener("click", () => { location.hash = ""; });
  find("language").addEventListener("click", () => {
    setLanguage(currentLanguage() === "ru" ? "en" : "ru");
    renderLanguage();
    renderPeople();
    openDialogue(open.id, page.config.bot);
    takeClock({ now: new Date(now()).toISOString(), next: page.next ? new Date(page.next).toISOString() : null });
  });
  find("add-person").addEventListener("submit", async (event) => {
    event.preventDefault();
    const person = await write("/sandbox/people", { first_name: find("new-name").value });
    find("new-name").value = "";
    location.hash = `#${person.id}`;
  });
  for (const button of document.querySelectorAll("[data-skip]")) {
    button.addEventListener("click", () => skip({ seconds: Number(button.dataset.skip) }, button));
  }
  find("to-next").addEventListener("click", (event) => skip({ to_next_notice: true }, event.currentTarget));
}

begin();
