// One message as a bubble: text, files, inline keyboard, marks.
import { icon, make } from "./elements.js";
import { renderText } from "./entities.js";
import { writeTime } from "./moments.js";
import { word } from "./words.js";

const fileAddress = (id) => `/sandbox/files/${encodeURIComponent(id)}`;

export function summarise(message) {
  if (!message) return word("no_messages");
  const text = shownText(message);
  if (message.sticker) return `${word("sticker")} ${message.sticker.emoji ?? ""}`;
  for (const kind of ["photo", "voice", "contact", "location"]) {
    if (message[kind]) return text ? `${word(kind)}: ${text}` : word(kind);
  }
  if (message.document) return `${word("file")}: ${message.document.file_name}`;
  return text ?? "";
}

// A messenger hides the payload of a deep link: the person only pressed Start.
const shownText = (message) =>
  !message.from_bot && /^\/start \S+$/.test(message.text ?? "") ? "/start" : message.text ?? message.caption;

function writeSize(bytes) {
  if (bytes < 1024) return `${bytes} ${word("bytes")}`;
  return bytes < 1048576 ? `${Math.round(bytes / 1024)} ${word("kilobytes")}` : `${(bytes / 1048576).toFixed(1)} ${word("megabytes")}`;
}

function renderContent(message, doors) {
  const parts = [];
  if (message.forward_origin) {
    const from = message.forward_origin.sender_user?.first_name ?? "";
    parts.push(make("p", { class: "origin" }, `${word("forwarded")}: ${from}`));
  }
  if (message.reply_to_message) {
    parts.push(make("button", {
      type: "button", class: "quote", onclick: () => doors.showMessage(message.reply_to_message.message_id),
    }, summarise(message.reply_to_message)));
  }
  if (message.photo) {
    const photo = message.photo.at(-1);
    parts.push(make("a", { href: fileAddress(photo.file_id), target: "_blank", class: "photo" },
      make("img", { src: fileAddress(photo.file_id), alt: word("photo"), loading: "lazy" })));
  }
  if (message.document) {
    const file = message.document;
    parts.push(make("a", { href: fileAddress(file.file_id), download: file.file_name, class: "file", title: word("download") },
      make("span", { class: "file-mark" }, icon("file")),
      make("span", { class: "file-words" }, make("b", {}, file.file_name), make("small", {}, writeSize(file.file_size)))));
  }
  if (message.voice) {
    parts.push(make("audio", { controls: true, preload: "none", src: fileAddress(message.voice.file_id), "aria-label": word("voice") }));
  }
  if (message.sticker) parts.push(make("p", { class: "sticker" }, message.sticker.emoji ?? "🙂"));
  if (message.contact) {
    parts.push(make("p", { class: "contact" }, icon("person"),
      make("span", {}, make("b", {}, message.contact.first_name), make("small", {}, message.contact.phone_number))));
  }
  if (message.location) {
    parts.push(make("p", { class: "contact" }, icon("photo"), `${message.location.latitude}, ${message.location.longitude}`));
  }
  const text = shownText(message);
  if (text) {
    const entities = message.entities ?? message.caption_entities;
    parts.push(make("div", { class: "words" }, ...renderText(text, entities, doors)));
  }
  return parts;
}

function renderInline(message, doors) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  const render = (button, row, column) => {
    const isBusy = doors.isBusy(message.message_id, row, column);
    return make("button", {
      type: "button", class: isBusy ? "busy" : "", "aria-busy": isBusy ? "true" : "false",
      onclick: () => doors.tap(message, row, column, button),
    }, make("span", {}, button.text), button.url || button.web_app ? make("i", { "aria-hidden": "true" }, "↗") : "");
  };
  // Rows wider than eight are broken as a messenger breaks them.
  return make("div", { class: "inline-keys" }, ...rows.flatMap((row, number) => {
    const pieces = [];
    for (let start = 0; start < row.length; start += 8) {
      pieces.push(make("div", { class: `key-row of-${Math.min(8, row.length - start)}` },
        ...row.slice(start, start + 8).map((button, column) => render(button, number, start + column))));
    }
    return pieces;
  }));
}

export function renderBubble(message, doors) {
  const isLoose = Boolean(message.sticker);
  const marks = make("span", { class: "marks" },
    message.is_silent ? make("span", { title: word("silent"), "aria-label": word("silent") }, icon("mute")) : "",
    message.edit_date ? make("span", { class: "edited" }, word("edited")) : "",
    make("time", {}, writeTime(message.date * 1000)));
  const more = make("button", {
    type: "button", class: "round plain more", "aria-label": word("actions"), title: word("actions"), "aria-haspopup": "menu",
    onclick: (event) => doors.openActions(event.currentTarget, message),
  }, icon("more"));
  const reaction = doors.reactionOf(message.message_id);
  return make("article", {
    class: `message ${message.from_bot ? "theirs" : "mine"}${isLoose ? " loose" : ""}`, id: `m${message.message_id}`,
    "aria-label": message.from_bot ? doors.botTitle() : doors.personName(),
  },
    make("div", { class: "bubble-line" },
      make("div", { class: "bubble" }, ...renderContent(message, doors), marks,
        reaction ? make("span", { class: "reaction" }, reaction) : ""),
      more),
    renderInline(message, doors));
}
