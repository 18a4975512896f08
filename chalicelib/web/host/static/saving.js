// A form that saves itself: what is not saved yet is said, tried again, and sent along when somebody leaves.

const RETRY = 5000; // milliseconds
const PASSING = [0, 409, 429]; // with every failure of the server, what another try may do: 0 is that nothing was answered

function saveAsTyped(form) {
  let isSaved = true;
  let isSending = false;
  let pressed;
  const state = () => document.getElementById("saved");
  const save = () => window.htmx.trigger(form, "save");
  state().textContent = state().dataset.note;
  const first = form.querySelector("[autofocus]");
  first?.setSelectionRange(first.value.length, first.value.length); // one goes on behind what is there
  form.addEventListener("input", () => (isSaved = false));
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target === form) isSaved = isSending = true;
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    isSending = false;
    const { successful, xhr } = event.detail;
    // Who is signed out meanwhile is told so, in another place of the page.
    if (!successful || xhr.getResponseHeader("HX-Retarget")) {
      const isPassing = PASSING.includes(xhr.status) || xhr.status >= 500;
      isSaved = false;
      state().textContent = isPassing ? form.dataset.unsaved : form.dataset.refused;
      if (isPassing) setTimeout(save, RETRY);
    } else if (pressed) form.requestSubmit(pressed);
    pressed = undefined;
  });
  // What is on its way arrives first, so that the form never meets its own words as somebody else's.
  form.addEventListener("submit", (event) => {
    if (isSending) {
      event.preventDefault();
      pressed = event.submitter;
    } else isSaved = true;
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && !isSaved) save();
  });
  addEventListener("pagehide", () => {
    if (!isSaved || isSending) navigator.sendBeacon(form.action, new URLSearchParams(new FormData(form)));
  });
}

for (const form of document.querySelectorAll("form[data-unsaved]")) saveAsTyped(form);
