// The conversation without reloading: the page's own forms, sent from here. Nothing here knows more than the forms do.
import { alert, tell } from "./alerts.js";
import { offerCopy } from "./copying.js";
import { complain, count, wrongWith } from "./fields.js";
import { draft, draftKey, forget, newId, plain, queue } from "./keeping.js";
import { enhance } from "./ranking.js";
import { answerOf, isBusy, isChoice, present, sendTaps, settle, wordsOf } from "./widget.js";
import { keepInView } from "./viewport.js";
import { ask, fieldsOf, sendPlainly } from "./server.js";
import "./tools.js";
import * as log from "./log.js";

document.documentElement.classList.add("scripted");
const chat = document.getElementById("chat");
const foot = document.getElementById("foot");
const compose = document.getElementById("compose");
const box = document.getElementById("content");
const told = chat.dataset;
const isTouched = matchMedia("(pointer: coarse)").matches; // its keyboard covers half of the page
const RETRIES = [2_000, 5_000, 15_000, 30_000, 60_000];
const FAILURES = 3; // in a row, after which something else than the network may be in the way

let sending = null; // the answer that is being waited for
let acting = false;
let failures = 0;
let unanswered = 0; // requests in a row that got no answer, although there is a network
let timer;
const renewCount = box ? count(box, told.count) : () => {};

// Put on the page what is new.
function apply(news) {
  if (news.entries === undefined) return;
  const newest = log.append(news.entries);
  log.showProgress(news);
  const renewed = renew(news);
  if (news.concluded) {
    document.querySelectorAll("[form=done], #done").forEach((it) => it.remove());
    if (compose) {
      compose.querySelector("label").textContent = box.placeholder = told.more;
      compose.querySelector("button[type=submit]").classList.add("quiet");
    }
  }
  clearTimeout(timer);
  if (news.answering) {
    log.wait(true);
    timer = setTimeout(refresh, 2_000);
  } else if (!sending) {
    log.wait(false);
  }
  if (newest) log.reveal(newest);
  else if (renewed) foot.scrollIntoView({ block: "nearest" });
}

// The foot anew, where what it shows is another thing by now. A form that somebody is filling in stays as it is.
// Says whether anything changed.
function renew(news) {
  if (foot.dataset.key === news.key) return false;
  const focused = document.activeElement;
  const next = document.createRange().createContextualFragment(news.foot);
  const forms = [...foot.querySelectorAll("[data-widget], .rating, .transcript")];
  const held = forms.filter((form) => "dirty" in form.dataset || form.contains(focused));
  const twins = new Map(held.map((form) => [form, twinOf(form, next)]));
  if (held.some((form) => form.matches(".rating") && !twins.get(form))) return false;
  for (const [form, twin] of twins) {
    twin?.replaceWith(form);
    form.closest("details")?.setAttribute("open", "");
  }
  foot.dataset.key = news.key;
  const before = outcome();
  foot.replaceChildren(next);
  prepare();
  if (foot.contains(focused)) focused.focus({ preventScroll: true });
  else if (focused === box && !box.value && !held.length) present(foot, box);
  if (outcome() !== before) tell(outcome());
  return true;
}

// How it ended, and where there is help, in words: nobody has to look for them.
function outcome() {
  const told = [...foot.querySelectorAll(".care h2, .care p"), foot.querySelector(".thanks") ?? foot.querySelector(".conclusion p")];
  return told.map((it) => it?.textContent ?? "").filter(Boolean).join(" ");
}

// The same form in another foot: for a widget, the one that answers the same question.
function twinOf(form, next) {
  const same = [".rating", ".transcript"].find((kind) => form.matches(kind));
  if (same) return next.querySelector(same);
  const twin = next.querySelector("[data-widget]");
  if (twin && twin.elements.do.value !== form.elements.do.value) return null;
  return twin?.elements.widget.value === form.elements.widget.value ? twin : null;
}

async function refresh() {
  if (sending) return;
  const news = await ask(null, log.lastSequence());
  if (!news) return;
  plain.write("");
  if (!news.reload) return apply(news);
  if (news.closed) return handOver();
  // The draft stays in this browser, for whose it is: whoever comes next does not find it in their box.
  if (box) draft.write(box.value), (box.value = "");
  location.reload();
}

// Send what is queued, one message after the other; what failed stays, and can be sent again under the same id.
async function pump() {
  if (sending) return;
  const item = queue.all()[0];
  if (!item) return;
  if (item.left) {
    alert(told.notSent);
    return log.mark(item.id, "failed", () => leave(item));
  }
  if (plain.read()) return leave(item);
  clearTimeout(timer);
  log.mark(item.id, "sending");
  log.wait(true);
  queue.mark(item.id, { tried: true });
  sending = ask({ ...item.fields, again: item.id }, log.lastSequence());
  const news = await sending;
  sending = null;
  note(news);
  if (!news) return unreachable(item);
  if (news.kept) {
    queue.remove(item.id);
    if (failures) alert("");
    failures = 0;
    if (news.reload) return location.reload();
    apply(news);
    if (item.fields.do === "change" && !log.has(item.id)) log.remove(item.id); // it was the answer already
    log.mark(item.id, "sent");
    guard();
    return pump();
  }
  if (news.reload) return handOver();
  if (news.entries !== undefined) log.append(news.entries);
  // An answer that says nothing of another try is not the application's own.
  if (news.retry ?? (news.status === 429 || news.status >= 500)) return unreachable(item, news.wait);
  failures = 0;
  log.wait(false);
  if (isChoice(item)) await dropChoice(item);
  else giveBack();
  alert(news.notice || told.notSent);
  pump();
}

// All that is not sent yet, in the words of who wrote it; a choice alone says nothing without its question.
function unsent() {
  const written = queue.all().filter((it) => !isChoice(it));
  return [...written.map((it) => it.words), box?.value].filter(Boolean).join("\n\n");
}

// Where this page cannot go on, as its session is closed or the browser is somebody else's by now: its words go along to the page that says so, and gives them back.
function handOver() {
  const words = unsent();
  forget();
  if (!box || !words) return location.reload();
  box.value = words;
  compose.submit();
}

// What the server is never going to take goes back to who wrote it, with what was to follow it.
function giveBack() {
  const words = unsent();
  for (const item of queue.all()) {
    queue.remove(item.id);
    log.remove(item.id);
  }
  if (box) draft.write((box.value = words));
  renewCount();
  guard();
}

// A choice that nobody waits for any more: what is asked now takes its place.
async function dropChoice(item) {
  queue.remove(item.id);
  log.remove(item.id);
  foot.dataset.key = "";
  await refresh();
  guard();
}

// No widget is answered meanwhile: what comes of that may be another question.
function guard() {
  for (const form of foot.querySelectorAll("[data-widget]")) {
    form.querySelectorAll("fieldset, [type=submit]").forEach((it) => (it.disabled = isBusy(form)));
  }
}

function unreachable(item, wait = 0) {
  log.wait(false);
  log.mark(item.id, "failed", () => retry());
  if (!offerPlain(() => leave(item))) alert(navigator.onLine === false ? told.noNetwork : told.notSent);
  document.getElementById("alerts").scrollIntoView({ block: "nearest" }); // also where it was told before
  timer = setTimeout(pump, Math.max(wait, RETRIES[Math.min(failures++, RETRIES.length - 1)]));
}

// The oldest message as a page of its own, which nothing blocks that blocks the script's address. It stays queued until a
// page shows it, and is the same message however often it is sent.
function leave(item) {
  plain.write("yes");
  queue.mark(item.id, { left: true });
  sendPlainly({ ...item.fields, again: item.id });
}

function note(news) {
  unanswered = news || navigator.onLine === false ? 0 : unanswered + 1;
}

// Where no request gets an answer, what needs no script is offered. Gives whether it is.
function offerPlain(action) {
  if (unanswered < FAILURES) return false;
  alert(told.blocked, { label: told.sendPlain, action });
  return true;
}

function retry() {
  alert("");
  box?.focus();
  pump();
}

function send(fields, words) {
  const item = { id: newId(), words, fields };
  if (!failures) alert("");
  queue.add(item);
  log.show(item);
  guard();
  pump();
}

// A widget's answer, sent at once. Of changes to it that have not left yet, only the last one counts.
function answer(form, words) {
  const fields = fieldsOf(form);
  const before = answerOf(form);
  settle(form, words);
  foot.dataset.key = "";
  if (words === before) return;
  for (const item of queue.all()) {
    if (item.fields.do !== "change" || item.tried) continue;
    queue.remove(item.id);
    log.remove(item.id);
  }
  send(fields, before === null ? words : told.changed.replace("%a", () => words));
  if (isTouched) log.focusNewest();
  else box?.focus();
}

function showMistake(form) {
  form.querySelector("fieldset input").focus();
  form.scrollIntoView({ block: "nearest" });
}

function prepare() {
  foot.querySelectorAll(".ranking").forEach(enhance);
  foot.querySelectorAll(".rating").forEach((form) => count(form.elements.comment, told.count));
  offerCopy(foot);
  guard();
}

// What is not queued: it is done now, or whoever pressed is told that it may not be.
async function act(form) {
  if (acting) return;
  acting = true;
  closeMenu(form);
  while (sending) await sending;
  const isRating = form.matches(".rating");
  log.wait(!isRating);
  const news = await ask(fieldsOf(form), log.lastSequence());
  acting = false;
  log.wait(false);
  const trouble = news?.notice || (news?.ok ? "" : told.notConfirmed);
  note(news);
  if (!offerPlain(() => form.submit()) && (trouble || !failures)) alert(trouble);
  if (news?.reload || (news?.ok && !compose)) return location.reload();
  if (!news) return;
  if (isRating && news.ok) {
    delete form.dataset.dirty;
    if (form.contains(document.activeElement)) document.activeElement.blur();
  }
  apply(news);
  if (document.activeElement === document.body) goOn();
  else if (!trouble && foot.contains(form)) tell(form.parentElement.querySelector("p").textContent);
}

// What is pressed in the menu is done in the conversation behind it.
function closeMenu(form) {
  const menu = form.closest("[popover]");
  if (menu?.hidePopover && menu.matches(":popover-open")) menu.hidePopover();
}

// Where a press has taken away what was pressed: on to what came of it, or to what is next.
function goOn() {
  const heading = foot.querySelector(".conclusion h2");
  if (!heading) return box?.focus();
  heading.tabIndex = -1;
  heading.focus({ preventScroll: true });
  (foot.querySelector(".thanks") ?? heading).scrollIntoView({ block: "nearest" });
}

// Whether a rating is one; what is wrong with it stands beside it.
function checkRating(form) {
  const scale = form.querySelector("fieldset");
  const chosen = scale.querySelector(":checked");
  const isChosen = complain(scale, chosen ? "" : scale.dataset.required);
  const isShort = complain(form.elements.comment, wrongWith(form.elements.comment));
  if (!isChosen) scale.querySelector("input").focus();
  else if (!isShort) form.elements.comment.focus();
  return isChosen && isShort;
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form === compose) {
    event.preventDefault();
    if (!box.value.trim() && queue.all().length) return box.focus(); // the second press of two: its message has just left
    if (!complain(box, wrongWith(box))) return box.focus();
    send(fieldsOf(form), box.value.trim());
    box.value = "";
    renewCount();
    draft.write("");
    box.focus();
  } else if (form.dataset.widget) {
    event.preventDefault();
    if (isBusy(form)) return;
    const words = wordsOf(form);
    if (complain(form.querySelector("fieldset"), words ? "" : told.missing)) answer(form, words);
    else showMistake(form);
  } else if (form.hasAttribute("data-live")) {
    event.preventDefault();
    if (!form.matches(".rating") || checkRating(form)) act(form);
  }
});

if (box) {
  document.getElementById("enter").hidden = isTouched;
  box.rows = 1;
  let lastRead = draft.read();
  if (!box.value) box.value = lastRead;
  renewCount();
  box.addEventListener("input", () => {
    draft.write(box.value);
    if (box.hasAttribute("aria-invalid")) complain(box, box.value.trim() ? wrongWith(box) : "");
  });
  box.addEventListener("keydown", (event) => {
    const plain = !event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
    const composing = event.isComposing || event.keyCode === 229; // Safari ends a composition before it tells of the key
    if (event.key === "Enter" && plain && !composing && !isTouched) {
      event.preventDefault();
      compose.requestSubmit();
    }
  });
  // Another tab of this browser may have sent or written something; what was written here goes first.
  window.addEventListener("storage", (event) => {
    if (event.key !== draftKey || document.activeElement === box) return;
    if (box.value && box.value !== lastRead) return;
    box.value = lastRead = draft.read();
  });
}

offerCopy(document.getElementById("about"));
const zone = document.getElementById("zone"); // of whoever is to be reminded
if (zone) zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";

// The token of the private link does its work once; the mark that it was used has done its own.
if (/[?&]told=/.test(location.search)) history.replaceState(null, "", told.address);

// What is unfolded right above the box would open behind it.
foot.addEventListener("toggle", (event) => event.target.open && event.target.scrollIntoView({ block: "nearest" }), true);
window.addEventListener("online", () => pump());
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && refresh());

foot.addEventListener("input", (event) => {
  const form = event.target.closest("form");
  form.dataset.dirty = "";
  if (form.dataset.widget) complain(form.querySelector("fieldset"), "");
  if (event.target.matches("[name=rating]")) complain(form.querySelector("fieldset"), "");
  if (event.target.matches("[name=comment][aria-invalid]")) complain(event.target, wrongWith(event.target));
});
sendTaps(foot);
prepare();
keepInView(compose, box, log.reveal);
for (const item of queue.all()) {
  // What went as a page is in the log, or was given back in the box.
  if (log.has(item.id) || (item.left && box?.value.trim() === item.words)) queue.remove(item.id);
  else {
    log.show(item);
    const form = foot.querySelector("[data-widget]");
    if (form && item.fields.widget === form.elements.widget.value) settle(form, item.words), (foot.dataset.key = "");
  }
}
if (!location.hash && !document.getElementById("told")) log.reveal();
if (plain.read()) refresh(); // what was in the way may be gone
pump();
// Who has just been welcomed can write at once; what the box is about is read out with it. A finger opens its keyboard itself.
if (box?.getAttribute("aria-describedby") === "end") {
  box.addEventListener("blur", () => box.hasAttribute("aria-invalid") || box.removeAttribute("aria-describedby"), { once: true });
  if (!isTouched && document.activeElement === document.body) box.focus({ preventScroll: true });
}
if (document.activeElement === document.body) present(foot, box);
if (foot.querySelector("[role=status] form[data-live]") && document.getElementById("typing")) refresh();
