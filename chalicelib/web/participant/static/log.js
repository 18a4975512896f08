// The log: messages as they come, and one's own as they leave.

const chat = document.getElementById("chat");
const told = chat.dataset;
export const log = chat.querySelector("[role=log]");
const typing = document.getElementById("typing");

export function lastSequence() {
  return Math.max(0, ...[...log.children].map((entry) => Number(entry.dataset.sequence) || 0));
}

export function has(id) {
  return Boolean(log.querySelector(`[data-message="${CSS.escape(id)}"][data-sequence]`));
}

function bubbleOf(id) {
  return log.querySelector(`[data-message="${CSS.escape(id)}"]`);
}

// One's own message, at once.
export function show(item) {
  if (bubbleOf(item.id)) return;
  const bubble = Object.assign(document.createElement("article"), { className: "message user new" });
  bubble.dataset.message = item.id;
  const speaker = Object.assign(document.createElement("h2"), { className: "speaker", textContent: told.you });
  const words = Object.assign(document.createElement("div"), { className: "words said", textContent: item.words, dir: "auto" });
  const state = Object.assign(document.createElement("p"), { className: "state", textContent: told.sending });
  bubble.append(speaker, words, state);
  log.append(bubble);
  mark(item.id, "sending");
  bubble.scrollIntoView({ block: "nearest" });
}

// How far it has come. A failed one gets a button; the text is changed in its place, so that it is not read out again.
export function mark(id, state, again) {
  const bubble = bubbleOf(id);
  const shown = bubble?.querySelector(".state");
  if (!shown) return;
  const written = shown.childNodes.length === 1 ? shown.firstChild : null;
  if (written?.nodeType === Node.TEXT_NODE) written.data = told[state];
  else shown.textContent = told[state]; // the page was translated, and has other nodes than ours by now
  bubble.dataset.state = state;
  bubble.classList.toggle("failed", state === "failed");
  bubble.querySelector(".again")?.remove();
  if (state === "failed" && again) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "again quiet", textContent: told.again });
    button.addEventListener("click", again);
    bubble.append(button);
  }
}

export function remove(id) {
  bubbleOf(id)?.remove();
}

// Entries from the server; one's own bubbles become what is stored.
export function append(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  let newest = null;
  for (const entry of [...template.content.children]) {
    const known = Number(entry.dataset.sequence) <= lastSequence();
    const own = entry.dataset.message && bubbleOf(entry.dataset.message);
    if (own) {
      own.dataset.sequence = entry.dataset.sequence;
      const words = own.querySelector(".words");
      const stored = entry.querySelector(".words");
      words.lang = stored.lang;
      words.dir = stored.dir;
      mark(entry.dataset.message, "sent");
      own.classList.remove("new");
    } else if (known) {
      renew(entry);
    } else {
      entry.classList.add("new");
      entry.removeAttribute("id");
      const waiting = [...log.children].find((it) => !it.dataset.sequence);
      log.insertBefore(entry, waiting ?? null);
      newest = entry;
    }
  }
  document.getElementById("end")?.removeAttribute("id");
  if (log.lastElementChild) log.lastElementChild.id = "end";
  return newest;
}

// What is said of a widget changes when it is answered: its choices are shown with it from then on. Nobody is told anew.
function renew(entry) {
  const shown = log.querySelector(`[data-sequence="${entry.dataset.sequence}"]`);
  if (!shown || shown.dataset.message) return;
  shown.setAttribute("aria-live", "off");
  shown.querySelector(".words").replaceWith(entry.querySelector(".words"));
}

export function focusNewest() {
  log.lastElementChild.tabIndex = -1;
  log.lastElementChild.focus({ preventScroll: true });
}

// Show a new entry from its beginning, and the box below it where there is room for both. A pinned box is always there.
export function reveal(entry) {
  const compose = document.getElementById("compose");
  const pinned = compose && getComputedStyle(compose).position === "sticky" ? compose.offsetHeight : 0;
  const end = pinned ? document.getElementById("alerts") : (compose ?? log);
  const fits = end.getBoundingClientRect().bottom - (entry ?? end).getBoundingClientRect().top < innerHeight - pinned;
  if (fits || !entry) end.scrollIntoView({ block: "end" });
  else entry.scrollIntoView({ block: "start" });
}

export function wait(isWaiting) {
  typing.hidden = !isWaiting;
  log.setAttribute("aria-busy", String(isWaiting));
  if (isWaiting) typing.scrollIntoView({ block: "nearest" });
}
