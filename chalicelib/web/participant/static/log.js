// The log: messages as they come, and one's own as they leave.
import { tell } from "./alerts.js";

const chat = document.getElementById("chat");
const told = chat.dataset;
export const log = chat.querySelector("[role=log]");
const typing = document.getElementById("typing");
const typingWords = document.getElementById("typing-words");
// What is shown of a reply that is waited for, and after how many milliseconds; what takes long is also said aloud, once.
const WAITING = [
  { after: 400, words: told.typing },
  { after: 8_000, words: told.still, isAloud: true },
  { after: 20_000, words: told.slow, isAloud: true },
];
let timers = [];

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
  const speaker = Object.assign(document.createElement("h2"), { className: "speaker unseen", textContent: told.you });
  const words = Object.assign(document.createElement("div"), { className: "words said", textContent: item.words, dir: "auto" });
  const state = Object.assign(document.createElement("p"), { className: "state", textContent: told.sending });
  const time = Object.assign(document.createElement("time"), { dateTime: new Date().toISOString() });
  const under = Object.assign(document.createElement("footer"), { className: "under" });
  under.setAttribute("aria-live", "off");
  under.append(state);
  bubble.append(speaker, words, under);
  log.append(bubble);
  showTime(bubble, time);
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
      showTime(own, entry.querySelector("time"));
      mark(entry.dataset.message, "sent");
      own.classList.remove("new");
    } else if (known) {
      renew(entry);
    } else {
      entry.classList.add("new");
      const time = entry.querySelector("time");
      time.remove();
      entry.removeAttribute("id");
      const waiting = [...log.children].find((it) => !it.dataset.sequence);
      log.insertBefore(entry, waiting ?? null);
      showTime(entry, time);
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

export function showChoices(sequence, words) {
  const shown = log.querySelector(`[data-sequence="${sequence}"]`);
  shown?.setAttribute("aria-live", "off");
  shown?.querySelector(".words").replaceChildren(words.cloneNode(true));
}

// A moment after the words, which are read out without it.
function showTime(entry, time) {
  setTimeout(() => {
    entry.querySelector("time")?.remove();
    entry.querySelector(".under").prepend(time);
    writeTimes(entry);
  }, 500);
}

// When messages were said, by the clock of whoever reads them; the day only where it is another one.
function writeTimes(part) {
  for (const time of part.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const day = at.toDateString() === new Date().toDateString() ? {} : { day: "numeric", month: "short" };
    time.textContent = at.toLocaleString(document.documentElement.lang, { ...day, hour: "numeric", minute: "2-digit" });
  }
}
writeTimes(log);

export function focusNewest() {
  log.lastElementChild.tabIndex = -1;
  log.lastElementChild.focus({ preventScroll: true });
}

// Show a new entry from its beginning, and all that is below it where there is room for both above the box.
export function reveal(entry) {
  const padding = getComputedStyle(document.documentElement);
  const room = innerHeight - parseFloat(padding.scrollPaddingTop) - parseFloat(padding.scrollPaddingBottom);
  const end = document.getElementById("alerts");
  const fits = end.getBoundingClientRect().bottom - (entry ?? end).getBoundingClientRect().top < room;
  if (fits || !entry) end.scrollIntoView({ block: "end" });
  else entry.scrollIntoView({ block: "start" });
}

export function wait(isWaiting) {
  log.setAttribute("aria-busy", String(isWaiting));
  if (isWaiting && timers.length) return;
  timers.forEach(clearTimeout);
  timers = isWaiting ? WAITING.map((it) => setTimeout(() => showWaiting(it), it.after)) : [];
  if (!isWaiting) typing.hidden = true;
}

function showWaiting({ words, isAloud }) {
  typing.hidden = false;
  typingWords.textContent = words;
  typing.scrollIntoView({ block: "nearest" });
  if (isAloud) tell(words);
}

// How far it has come, as a bar and in words.
export function showProgress(news) {
  const bar = document.getElementById("progress");
  bar.value = news.progress;
  bar.textContent = `${news.progress} %`;
  bar.setAttribute("aria-valuetext", news.how_far);
  document.getElementById("how-far").textContent = news.how_far;
}
