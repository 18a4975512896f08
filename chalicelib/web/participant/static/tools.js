// What can be done with a message: its time is shown and its words are copied, for whoever points at it, taps it, or moves through
// the log with the arrow keys. One tool serves all messages, so that nobody tabs through a hundred buttons.
import { tell } from "./alerts.js";

const told = document.getElementById("chat").dataset;
const log = document.querySelector("[role=log]");
const SYMBOL = '<svg class="symbol" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path d="M9 9h10v10H9zM15 9V5H5v10h4"/></svg>';

const copy = Object.assign(document.createElement("button"), { type: "button", className: "copy-message", innerHTML: SYMBOL });
copy.setAttribute("aria-label", told.copy);
const tool = document.createElement("span"); // of its own, so that the log does not tell of it
tool.setAttribute("aria-live", "off");
tool.append(copy);

copy.addEventListener("click", async () => {
  await navigator.clipboard.writeText(copy.closest(".message").querySelector(".words").innerText.trim());
  copy.classList.add("done");
  tell(told.copied);
});

function show(message) {
  if (!message || message.contains(tool)) return;
  log.querySelector(".pointed")?.classList.remove("pointed");
  message.classList.add("pointed");
  copy.classList.remove("done");
  if (navigator.clipboard) message.querySelector(".under").append(tool);
}

function step(message, by) {
  const all = [...log.querySelectorAll(".message")];
  return all[Math.min(all.length - 1, Math.max(0, all.indexOf(message) + by))];
}

// The newest message is reached by Tab, the others from there.
function letFocus() {
  const newest = log.lastElementChild;
  for (const it of log.children) it.tabIndex = it === newest ? 0 : -1;
}

log.addEventListener("pointerover", (event) => show(event.target.closest(".message")));
log.addEventListener("click", (event) => show(event.target.closest(".message")));
log.addEventListener("focusin", (event) => show(event.target.closest(".message")));
log.addEventListener("keydown", (event) => {
  const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!by || !event.target.matches(".message")) return;
  event.preventDefault();
  step(event.target, by).focus();
});
new MutationObserver(letFocus).observe(log, { childList: true });
// Not before the page is at rest: a browser that goes to the newest message would focus it, and not the box.
if (document.readyState === "complete") letFocus();
else window.addEventListener("load", () => setTimeout(letFocus));
