// Requests to the sandbox; a refusal becomes an Error with the sandbox's sentence. Each tells the page's language: the
// person's Telegram speaks it, and so the bot answers in it.
import { currentLanguage } from "./words.js";

async function request(method, path, body) {
  const options = { method, headers: { "Accept-Language": currentLanguage() } };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers["Content-Type"] = "application/json";
  }
  const response = await fetch(path, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? response.statusText);
  return answer;
}

export const read = (path) => request("GET", path);
export const write = (path, body = {}) => request("POST", path, body);
export const remove = (path) => request("DELETE", path);
export const act = (person, action, body = {}) => write(`/sandbox/people/${person}/${action}`, body);

export function listen(onEvent, onState) {
  const source = new EventSource("/sandbox/events");
  source.onmessage = (message) => {
    onState(true);
    onEvent(JSON.parse(message.data));
  };
  source.onerror = () => onState(false);
}
