// Small comforts; every page works without them.
(() => {
  "use strict";

  for (const button of document.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy"); // where the clipboard needs https
      }
      button.classList.add("is-done");
    });
  }

  // A menu closes when something else is touched, or by Escape, which leads back to its button.
  for (const menu of document.querySelectorAll("[data-menu]")) {
    document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }

  // The rail is folded on a narrow window.
  for (const button of document.querySelectorAll("[data-toggle]")) {
    button.addEventListener("click", () => {
      const isOpen = document.getElementById(button.dataset.toggle).classList.toggle("is-open");
      button.setAttribute("aria-expanded", String(isOpen));
    });
  }

  // "All on this page": ticks every box of its form.
  for (const all of document.querySelectorAll("[data-all]")) {
    all.hidden = false;
    all.querySelector("input").addEventListener("change", (event) => {
      for (const box of document.querySelectorAll(`input[name="${all.dataset.all}"]`)) box.checked = event.target.checked;
    });
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  for (const button of document.querySelectorAll("[data-restore]")) {
    button.addEventListener("click", () => {
      const field = document.getElementById(button.dataset.restore);
      field.value = field.dataset.original;
    });
  }

  // What is still being made is looked at again until it is ready.
  for (const place of document.querySelectorAll("[data-refresh]")) {
    let shown = "";
    const look = async () => {
      if (!place.querySelector("[data-open]")) return;
      try {
        const answer = await fetch(place.dataset.refresh, { credentials: "same-origin" });
        if (!answer.ok || answer.redirected) return;
        const found = await answer.text();
        if (found !== shown && !place.contains(document.activeElement)) place.innerHTML = shown = found;
      } catch {
        // the line is down for a moment
      }
      setTimeout(look, 2000);
    };
    setTimeout(look, 1000);
  }

  // A form that was changed and not saved asks before it is left.
  let changed = false;
  for (const form of document.querySelectorAll("form[data-guard]")) {
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", () => { changed = false; });
  }
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });

  // A choice that is an act of its own needs no button beside it, and leaves no empty names in the address.
  for (const button of document.querySelectorAll("button[data-fallback]")) button.hidden = true;
  for (const choice of document.querySelectorAll("select[data-submit]")) {
    choice.addEventListener("change", () => { choice.form.requestSubmit(); });
  }
  for (const form of document.querySelectorAll("form.filters")) {
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    });
  }

  // Choosing a person: the found are put in place, so that nothing else typed on the page is lost.
  for (const search of document.querySelectorAll("form[data-choice]")) {
    search.addEventListener("submit", async (event) => {
      const place = document.getElementById(search.dataset.choice);
      const found = place && place.querySelector("[data-found]");
      if (!found) return;
      event.preventDefault();
      const address = new URL(search.action);
      address.search = new URLSearchParams(new FormData(search)).toString();
      address.hash = "";
      try {
        const answer = await fetch(address, { credentials: "same-origin" });
        if (!answer.ok || answer.redirected) throw new Error("no list");
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector(`#${search.dataset.choice} [data-found]`);
        const ticked = [...found.querySelectorAll("input:checked")].map((box) => box.closest("label"));
        const kept = new Set(ticked.map((label) => label.querySelector("input").value));
        for (const box of fresh.querySelectorAll("input")) {
          if (kept.size) box.checked = false;
          if (kept.has(box.value)) box.closest("label").remove();
        }
        found.replaceChildren(...ticked, ...fresh.childNodes);
      } catch {
        search.submit();
      }
    });
  }

  // A list that is walked by arrow keys: Tab stops at one of its rows, Space ticks the box beside it.
  for (const list of document.querySelectorAll("[data-rows]")) {
    const rows = [...list.querySelectorAll("[data-row]")];
    const here = rows.find((row) => row.hasAttribute("aria-current")) || rows[0];
    const stopAt = (row) => { for (const one of rows) one.tabIndex = one === row ? 0 : -1; };
    if (!here) continue;
    stopAt(here);
    if (here.hasAttribute("aria-current")) {
      list.scrollTop = here.offsetTop - list.clientHeight / 3;
      here.focus({ preventScroll: true });
      const shown = document.getElementById(list.dataset.rows);
      if (shown && shown.offsetTop > list.offsetTop + list.clientHeight) shown.scrollIntoView();
    }
    list.addEventListener("focusin", (event) => { if (rows.includes(event.target)) stopAt(event.target); });
    list.addEventListener("keydown", (event) => {
      const at = rows.indexOf(event.target);
      if (at < 0) return;
      const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.code];
      if (event.code === "Space") {
        event.preventDefault();
        const box = event.target.parentElement.querySelector("input[type=checkbox]");
        if (box) box.click();
      } else if (rows[next]) {
        event.preventDefault();
        rows[next].focus();
      }
    });
  }

  // Keys of buttons, while the focus is in their part of the page and nothing is typed.
  for (const part of document.querySelectorAll("[data-keys]")) {
    part.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, textarea, select")) return;
      const button = part.querySelector(`[data-key="${event.code}"]`);
      if (!button) return;
      event.preventDefault();
      button.click();
    });
  }

  // A button that was pressed waits: a double click posts once.
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", () => {
      for (const button of form.querySelectorAll("button:not([type=button])")) {
        setTimeout(() => { button.disabled = true; });
      }
    });
  }
  window.addEventListener("pageshow", () => {
    for (const field of document.querySelectorAll("form [disabled]:not(fieldset)")) field.disabled = false;
  });
})();
