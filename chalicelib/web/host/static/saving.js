// A form that saves itself: what is not saved yet is said, tried again, and sent along when somebody leaves.

const RETRY = 5000; // milliseconds
const PASSING = [0, 409, 429]; // with every failure of the server, what another try may do: 0 is that nothing was answered
const BEACON = 60000; // bytes that a browser sends of a page that is gone

function saveAsTyped(form) {
  let isSaved = true;
  let isSending = false;
  let isLeft = false; // what was sent last is not stored: it is in the page alone
  let pressed;
  let sent = {};
  const fields = form.querySelectorAll("textarea, [type=text]");
  const state = () => document.getElementById("saved");
  const save = () => window.htmx.trigger(form, "save");
  const body = () => new URLSearchParams(new FormData(form));
  state().textContent = state().dataset.note;
  const first = form.querySelector("[autofocus]");
  first?.setSelectionRange(first.value.length, first.value.length); // one goes on behind what is there

  // What may be stored although nothing was answered is named in what is sent next: nobody meets their own words as another's.
  async function remember() {
    const told = sent;
    for (const field of fields) {
      const digest = await digestOf(field.value.trim());
      if (digest !== undefined) (told[field.name] ??= new Set()).add(digest);
    }
    if (told === sent) tell();
  }
  const tell = () => {
    form.elements.sent.value = JSON.stringify(Object.fromEntries(Object.entries(sent).map(([name, it]) => [name, [...it]])));
  };

  form.addEventListener("input", () => (isSaved = false));
  // What was typed before the scripts were there is saved, too.
  const saveEarly = () => [...fields].some((field) => field.value !== field.defaultValue) && save();
  document.addEventListener("htmx:load", saveEarly, { once: true });
  form.addEventListener("htmx:beforeRequest", (event) => {
    if (event.target !== form) return;
    isSaved = isSending = true;
    remember();
  });
  form.addEventListener("htmx:beforeOnLoad", (event) => {
    if (event.target === form) isLeft = false; // an answer may load the page anew
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    isSending = false;
    const { successful, xhr } = event.detail;
    // Who is signed out meanwhile is told so, in another place of the page; once signed in again, another try saves.
    const isSignedOut = xhr.getResponseHeader("HX-Retarget");
    if (!successful || isSignedOut) {
      const isPassing = isSignedOut || PASSING.includes(xhr.status) || xhr.status >= 500;
      isSaved = false;
      isLeft = true;
      state().textContent = isPassing ? form.dataset.failed : form.dataset.refused;
      if (isPassing) setTimeout(save, RETRY);
    } else {
      isLeft = !("stored" in state().dataset || xhr.getResponseHeader("HX-Redirect"));
      sent = {};
      tell();
      if (pressed) form.requestSubmit(pressed);
    }
    pressed = undefined;
  });
  // What is on its way arrives first.
  form.addEventListener("submit", (event) => {
    if (isSending) {
      event.preventDefault();
      pressed = event.submitter;
    } else {
      isSaved = true;
      isLeft = false;
      remember();
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && !isSaved) save();
  });
  addEventListener("beforeunload", (event) => {
    if (isLeft || ((!isSaved || isSending) && body().toString().length > BEACON)) event.preventDefault();
  });
  addEventListener("pagehide", () => {
    if (isSaved && !isSending) return;
    navigator.sendBeacon(form.action, body());
    remember(); // a browser may show the page again as it was
  });
}

// As the server makes it of what it stores; undefined where a page is not served safely enough for it.
async function digestOf(text) {
  if (!text) return "";
  const bytes = await window.crypto.subtle?.digest("SHA-256", new TextEncoder().encode(JSON.stringify(text)));
  return bytes && Array.from(new Uint8Array(bytes, 0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

for (const form of document.querySelectorAll("form[data-saves]")) saveAsTyped(form);
