// "Try it" on the API's page: sends what a form says to the API that the page describes, and shows the answer.
// The key is read from its field when a request is sent. It is stored nowhere, and the page's policy lets it go nowhere else.

const base = document.querySelector("main").dataset.base;
const key = document.getElementById("key");

for (const it of document.querySelectorAll(".try")) it.hidden = false;

for (const form of document.querySelectorAll(".try form")) {
  form.addEventListener("submit", event => {
    event.preventDefault();
    if (form.ariaBusy !== "true") send(form);
  });
  form.addEventListener("change", ({ target }) => {
    if (target.dataset.in === "path") enterEverywhere(target.name, target.value);
  });
}

async function send(form) {
  const [status, answer] = form.querySelectorAll("[role=status], pre");
  form.ariaBusy = "true";
  status.textContent = "Sending …";
  answer.hidden = true;
  try {
    const response = await fetch(...requestOf(form));
    const text = await response.text();
    status.textContent = `Status ${response.status} ${response.statusText}`;
    answer.textContent = indented(text);
    answer.hidden = !text;
    if (form.dataset.makes && response.ok) enterEverywhere(form.dataset.makes, JSON.parse(text).id);
  } catch (error) {
    status.textContent = `There is no answer: ${error.message}`;
  } finally {
    form.ariaBusy = "false";
  }
}

function requestOf(form) {
  const entered = place => [...form.elements].filter(it => it.dataset.in === place && it.value).map(it => [it.name, it.value]);
  const values = Object.fromEntries(entered("path"));
  const path = form.dataset.path.replace(/{(\w+)}/g, (_, name) => encodeURIComponent(values[name]));
  const query = entered("query").length ? `?${new URLSearchParams(entered("query"))}` : "";
  const headers = new Headers(entered("header"));
  const body = form.elements.body?.value;
  if (body) headers.set("Content-Type", "application/json");
  if ("keyed" in form.dataset && key.value.trim()) headers.set("Authorization", `Bearer ${key.value.trim()}`);
  return [base + path + query, { method: form.dataset.method, headers, body, cache: "no-store", credentials: "omit" }];
}

// An id that was entered, or made, once is in all forms.
function enterEverywhere(name, value) {
  for (const it of document.querySelectorAll(`.try [data-in=path][name=${name}]`)) it.value = value;
}

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
