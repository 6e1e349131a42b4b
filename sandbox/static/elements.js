// Building elements; text always goes in as text, never as HTML.
export function make(tag, facts = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(facts)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name in node && typeof value !== "string") node[name] = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return node;
}

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const use = document.createElementNS(space, "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const find = (id) => document.getElementById(id);

// A small menu beside the element that opened it; arrows move, Escape closes, focus returns.
export function openMenu(anchor, items, label) {
  closeMenu();
  const buttons = items.map(({ text, hint, sign, danger, run }) =>
    make("button", {
      type: "button", role: "menuitem", class: danger ? "danger" : "",
      onclick: () => { closeMenu(); run(); },
    }, sign ? icon(sign) : "", make("span", {}, text), hint ? make("small", {}, hint) : ""));
  const menu = make("div", { class: "popup", role: "menu", "aria-label": label, id: "popup" }, ...buttons);
  document.body.append(menu);
  const place = anchor.getBoundingClientRect();
  const box = menu.getBoundingClientRect();
  const left = Math.min(Math.max(8, place.right - box.width), innerWidth - box.width - 8);
  const isAbove = place.bottom + box.height + 8 > innerHeight;
  menu.style.left = `${Math.max(8, place.left < innerWidth / 2 ? Math.min(place.left, innerWidth - box.width - 8) : left)}px`;
  menu.style.top = `${Math.max(8, isAbove ? place.top - box.height - 6 : place.bottom + 6)}px`;
  menu.anchor = anchor;
  anchor.setAttribute("aria-expanded", "true");
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    buttons[(at + step + buttons.length) % buttons.length].focus();
  });
  buttons[0]?.focus();
}

export function closeMenu() {
  const menu = find("popup");
  if (!menu) return;
  menu.anchor.setAttribute("aria-expanded", "false");
  const hadFocus = menu.contains(document.activeElement);
  menu.remove();
  if (hadFocus) menu.anchor.focus();
}

document.addEventListener("click", (event) => {
  const menu = find("popup");
  if (!event.target.isConnected) return; // an item that opened a further menu is gone with its own
  if (menu && !menu.contains(event.target) && !menu.anchor.contains(event.target)) closeMenu();
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeMenu(); });
