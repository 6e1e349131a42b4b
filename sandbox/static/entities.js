// Text with the Bot API's entities as elements. Offsets are UTF-16 units, as JavaScript counts.
import { make } from "./elements.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

export function renderText(text, entities, doors) {
  const sorted = [...(entities ?? [])].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return renderRange(text, 0, text.length, sorted, doors);
}

function renderRange(text, from, to, entities, doors) {
  const nodes = [];
  let place = from;
  let index = 0;
  while (index < entities.length) {
    const entity = entities[index];
    const start = Math.max(entity.offset, place);
    const end = Math.min(entity.offset + entity.length, to);
    if (end <= start) { index += 1; continue; }
    if (start > place) nodes.push(text.slice(place, start));
    let last = index + 1;
    while (last < entities.length && entities[last].offset < end) last += 1;
    const inner = renderRange(text, start, end, entities.slice(index + 1, last), doors);
    nodes.push(wrap(entity, text.slice(start, end), inner, doors));
    place = end;
    index = last;
  }
  if (place < to) nodes.push(text.slice(place, to));
  return nodes;
}

function wrap(entity, words, inner, doors) {
  if (entity.type in TAGS) return make(TAGS[entity.type], {}, ...inner);
  if (entity.type === "spoiler") {
    const reveal = (event) => event.currentTarget.classList.add("shown");
    return make("span", { class: "spoiler", tabindex: "0", onclick: reveal, onkeydown: reveal }, ...inner);
  }
  if (entity.type === "bot_command") {
    return make("button", { type: "button", class: "inline-link", onclick: () => doors.say(words) }, ...inner);
  }
  if (entity.type === "text_link" || entity.type === "url") return link(entity.url ?? words, inner, doors);
  if (entity.type === "email") return make("a", { href: `mailto:${words}` }, ...inner);
  return make("span", {}, ...inner);
}

// Only addresses that a messenger opens; a deep link to the bot itself presses Start with its payload.
function link(address, inner, doors) {
  let url;
  try { url = new URL(address.includes("://") ? address : `http://${address}`); } catch { return make("span", {}, ...inner); }
  if (!["http:", "https:", "tg:"].includes(url.protocol)) return make("span", {}, ...inner);
  const payload = url.searchParams.get("start");
  const isOwn = url.hostname === "t.me" && url.pathname.slice(1) === doors.botName();
  if (isOwn) {
    return make("button", { type: "button", class: "inline-link", onclick: () => doors.start(payload ?? "") }, ...inner);
  }
  return make("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, ...inner);
}
