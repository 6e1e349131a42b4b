// The drawer "Сбои": limits and planned faults.
import { find, make } from "./elements.js";
import { read, remove, write } from "./server.js";
import { word } from "./words.js";

const KINDS = ["429", "500", "502", "timeout", "delay", "reset_before", "reset_after", "duplicate_update", "delay_update"];
const METHODS = ["*", "sendMessage", "editMessageText", "answerCallbackQuery", "sendDocument", "getUpdates"];

function field(key, control) {
  return make("label", { class: "field" }, make("span", {}, word(key)), control);
}

function render(report) {
  const kind = make("select", { name: "kind" }, ...KINDS.map((name) => make("option", { value: name }, word(name))));
  const method = make("select", { name: "method" },
    ...METHODS.map((name) => make("option", { value: name }, name === "*" ? word("any_method") : name)));
  const times = make("input", { type: "number", name: "times", min: "1", max: "1000", value: "1" });
  const seconds = make("input", { type: "number", name: "seconds", min: "0", max: "120", step: "0.5", value: "2" });
  const limits = make("input", { type: "checkbox", role: "switch" });
  limits.checked = report.limits;
  limits.addEventListener("change", () => write("/sandbox/limits", { on: limits.checked }).then(render));
  const planned = report.faults.map((fault) => make("li", {},
    `${word(fault.kind)} · ${!fault.method || fault.method === "*" ? word("any_method") : fault.method} · ${fault.times} ${word("times_word")}`));
  const form = make("form", {
    class: "fault-form",
    onsubmit: (event) => {
      event.preventDefault();
      write("/sandbox/faults", {
        kind: kind.value, method: method.value, times: Number(times.value), seconds: Number(seconds.value),
      }).then(render);
    },
  },
    field("fault_kind", kind), field("fault_method", method),
    make("div", { class: "pair" }, field("fault_times", times), field("fault_seconds", seconds)),
    make("button", { type: "submit", class: "primary" }, word("fault_add")));
  find("faults").replaceChildren(
    make("h2", {}, word("faults")), make("p", { class: "hint" }, word("faults_hint")),
    make("label", { class: "switch" }, limits, make("span", {}, word("limits"))), form,
    planned.length ? make("ul", { class: "planned" }, ...planned) : make("p", { class: "hint" }, word("fault_none")),
    make("div", { class: "dialog-foot" },
      planned.length ? make("button", { type: "button", onclick: () => remove("/sandbox/faults").then(render) }, word("fault_clear")) : "",
      make("button", { type: "button", onclick: () => find("faults").close() }, word("close"))));
}

export function setUpFaults() {
  find("open-faults").addEventListener("click", async () => {
    render(await read("/sandbox/faults"));
    find("faults").showModal();
  });
  find("faults").addEventListener("click", (event) => { if (event.target === find("faults")) find("faults").close(); });
}
