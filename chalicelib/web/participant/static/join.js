// The pre-session form: says beside a field what is wrong with it before anything is sent, and that something is going on.
import { complain, count, wrongWith } from "./fields.js";

const form = document.getElementById("join");
const address = new RegExp(`^(?:${form.dataset.pattern})$`);
const CHECKED = "[data-required], [data-email], [data-too-long]";

form.addEventListener("submit", (event) => {
  const wrong = [...form.querySelectorAll(CHECKED)].filter((field) => !check(field));
  if (wrong.length) {
    event.preventDefault();
    control(wrong[0]).focus();
    return;
  }
  const button = form.querySelector("button[type=submit]");
  if (button.getAttribute("aria-disabled")) {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-disabled", "true");
  document.getElementById("starting").textContent = button.dataset.starting;
});

// What the conversation is going to need is fetched while the form is being filled in.
form.addEventListener("focusin", fetchAhead, { once: true });

function fetchAhead() {
  const { nonce } = document.querySelector("script[nonce]");
  for (const href of form.dataset.ahead.split(" ")) {
    document.head.append(Object.assign(document.createElement("link"), { rel: "modulepreload", href, nonce }));
  }
}

// Whoever comes back to the page by "back" finds a button that works.
window.addEventListener("pageshow", () => {
  form.querySelector("button[type=submit]").removeAttribute("aria-disabled");
  document.getElementById("starting").textContent = "";
});

form.addEventListener("input", (event) => {
  const field = event.target.closest(CHECKED);
  if (field && !document.getElementById(`${field.id}-error`).hidden) check(field);
});

// A field for a few words keeps the lines that are pasted into it; the key starts, as in any other.
form.addEventListener("keydown", (event) => {
  const plain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
  const composing = event.isComposing || event.keyCode === 229;
  if (event.key !== "Enter" || !plain || composing || !event.target.matches("textarea[rows='1']")) return;
  if (matchMedia("(pointer: coarse)").matches) return;
  event.preventDefault();
  form.requestSubmit();
});

form.querySelectorAll("[data-limit]").forEach((field) => count(field, form.dataset.count));

// Whether a field is in order; shows what is wrong where it is not.
function check(field) {
  return complain(field, complaint(field), [...new Set([field, control(field)])]);
}

function complaint(field) {
  if (field.tagName === "FIELDSET") {
    const chosen = [...field.querySelectorAll(":checked")].some((it) => it.value);
    return chosen ? "" : field.dataset.required;
  }
  const wrong = wrongWith(field);
  const isAddress = !field.dataset.email || !field.value.trim() || address.test(field.value.trim());
  return wrong || (isAddress ? "" : field.dataset.email);
}

function control(field) {
  return field.tagName === "FIELDSET" ? field.querySelector("input") : field;
}
