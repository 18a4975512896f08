// Buttons that copy what a field or a line holds, where the browser lets us; also in what htmx brings later. Forms whose answer takes a
// while, which are sent once and say so. A field whose form is sent by Enter together with Ctrl or Cmd.

function offerCopying(part) {
  if (!navigator.clipboard) return;
  for (const button of part.querySelectorAll("[data-copies]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select?.();
  await navigator.clipboard.writeText(field.value ?? field.textContent);
  button.textContent = button.dataset.copied;
});

offerCopying(document);
document.addEventListener("htmx:load", (event) => offerCopying(event.detail.elt));

document.addEventListener("submit", (event) => {
  const told = event.target.querySelector("[data-waiting]");
  if (!told) return;
  if (told.textContent) return event.preventDefault();
  told.textContent = told.dataset.waiting;
  event.submitter?.setAttribute("aria-disabled", "true");
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("[data-sends]")) return;
  event.preventDefault();
  event.target.form.requestSubmit(event.target.form.querySelector("button"));
});

// Whoever comes back to the page by the browser's button, or stays on it after all, finds it as it was.
function forgetWaiting(part) {
  for (const told of part.querySelectorAll("[data-waiting]")) {
    told.textContent = "";
    told.closest("form").querySelector("[aria-disabled]")?.removeAttribute("aria-disabled");
  }
}

for (const name of ["pageshow", "stayed"]) window.addEventListener(name, () => forgetWaiting(document));
document.addEventListener("htmx:afterRequest", ({ detail }) => forgetWaiting(detail.elt)); // which nothing may have come of

// That a sign-in has ended is said once, and no longer than it is so.
const signedOut = document.getElementById("signed-out");

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target === signedOut && signedOut.hasChildNodes()) event.detail.shouldSwap = false;
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful && !detail.xhr.getResponseHeader("HX-Retarget")) signedOut?.replaceChildren();
});

// How many notifications there are to read is asked for only while the page is seen, once more on coming back to it, and told only
// where it is another number.
const bell = document.getElementById("bell");

document.addEventListener("visibilitychange", () => {
  if (bell && !document.hidden) htmx.trigger(bell, "returned");
});

bell?.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});

bell?.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target === bell && detail.xhr.responseText.trim() === bell.innerHTML.trim()) detail.shouldSwap = false;
});

// Whoever goes where a notification leads has read it.
document.addEventListener("click", (event) => {
  const row = event.target.closest("a[data-reads]")?.closest("li");
  if (!row) return;
  const form = row.querySelector("form");
  fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, form.querySelector("button"))), keepalive: true });
});
