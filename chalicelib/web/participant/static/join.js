// The pre-session form: says beside a field what is wrong with it before anything is sent, and that something is going on.

const form = document.getElementById("join");
form.noValidate = true;

form.addEventListener("submit", (event) => {
  const wrong = [...form.querySelectorAll("[data-required], [data-email]")].filter((field) => !check(field));
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

// Whoever comes back to the page by "back" finds a button that works.
window.addEventListener("pageshow", () => {
  form.querySelector("button[type=submit]").removeAttribute("aria-disabled");
  document.getElementById("starting").textContent = "";
});

form.addEventListener("input", (event) => {
  const field = event.target.closest("[data-required], [data-email]");
  if (field && !error(field).hidden) check(field);
});

// Whether a field is in order; shows what is wrong where it is not.
function check(field) {
  const { valueMissing, typeMismatch } = control(field).validity;
  const complaint = valueMissing ? field.dataset.required : typeMismatch ? field.dataset.email : "";
  const told = error(field);
  told.textContent = complaint || "";
  told.hidden = !complaint;
  for (const it of new Set([field, control(field)])) {
    if (it.tagName !== "FIELDSET") it.toggleAttribute("aria-invalid", false);
    if (complaint) {
      if (it.tagName !== "FIELDSET") it.setAttribute("aria-invalid", "true");
      it.setAttribute("aria-describedby", told.id);
    } else {
      it.removeAttribute("aria-describedby");
    }
  }
  return !complaint;
}

function control(field) {
  return field.tagName === "FIELDSET" ? field.querySelector("input") : field;
}

function error(field) {
  return document.getElementById(`${field.id}-error`);
}
