// The server, as a page asks it: with the page's own forms, answered in JSON.

const told = document.getElementById("chat").dataset;
const PATIENCE = 40_000; // milliseconds: longer than the server takes for a turn

// An answer of the server to these fields, or to the question what is new; null where there was none.
export async function ask(fields, after = 0) {
  const address = `${told.address.replace("chat", "chat/live")}&after=${after}`;
  const options = { headers: { "X-Harmonica": "page", "X-Harmonica-Token": told.token }, signal: AbortSignal.timeout?.(PATIENCE), credentials: "same-origin" };
  if (fields) Object.assign(options, { method: "POST", body: new URLSearchParams(fields) });
  try {
    const answer = await fetch(address, options);
    const wait = Number(answer.headers.get("Retry-After")) * 1_000;
    return { ok: answer.ok, status: answer.status, wait, ...(await answer.json()) };
  } catch {
    return null;
  }
}

// The same fields as the page's forms are sent where no script runs: the answer is a page.
export function sendPlainly(fields) {
  const form = Object.assign(document.createElement("form"), { method: "post", action: told.address, acceptCharset: "utf-8", hidden: true });
  for (const [name, value] of Object.entries(fields)) form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  document.body.append(form);
  form.submit();
}

export function fieldsOf(form) {
  return Object.fromEntries(new FormData(form));
}
