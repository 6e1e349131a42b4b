// The sandbox's clock as the page shows it: in the installation's time zone, in the page's language.
import { currentLanguage, word } from "./words.js";

let zone = "Europe/Moscow";
let ahead = 0;

export function setZone(name) { zone = name; }
export function setClock(report) { ahead = Date.parse(report.now) - Date.now(); }
export const now = () => Date.now() + ahead;

const format = (stamp, options) =>
  new Intl.DateTimeFormat(currentLanguage() === "ru" ? "ru-RU" : "en-GB", { timeZone: zone, ...options }).format(stamp);

export const writeTime = (stamp) => format(stamp, { hour: "2-digit", minute: "2-digit" });
export const dayOf = (stamp) => format(stamp, { year: "numeric", month: "2-digit", day: "2-digit" });

export function writeDay(stamp) {
  if (dayOf(stamp) === dayOf(now())) return word("today");
  if (dayOf(stamp) === dayOf(now() - 86400000)) return word("yesterday");
  const isThisYear = format(stamp, { year: "numeric" }) === format(now(), { year: "numeric" });
  return format(stamp, { weekday: "long", day: "numeric", month: "long", ...(isThisYear ? {} : { year: "numeric" }) });
}

export function writeClock(stamp) {
  return format(stamp, { weekday: "short", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", second: "2-digit" }).replace(" в ", ", ");
}

export function writeShort(stamp) {
  if (dayOf(stamp) === dayOf(now())) return writeTime(stamp);
  return format(stamp, { day: "numeric", month: "short" });
}

export const writeSoon = (stamp) =>
  dayOf(stamp) === dayOf(now()) ? writeTime(stamp)
    : format(stamp, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
