// Requests to the sandbox; a refusal becomes an Error with the sandbox's sentence.
async function request(method, path, body) {
  const options = { method };
  if (body instanceof FormData) options.body = body;
  else if (body !== undefined) {
    options.body = JSON.stringify(body);
    options.headers = { "Content-Type": "application/json" };
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
