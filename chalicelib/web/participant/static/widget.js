// A widget in the page: what is chosen in it, and what becomes of it when that is sent.
import { queue } from "./keeping.js";
import * as log from "./log.js";

const told = document.getElementById("chat").dataset;

// Whether something that was sent is a widget's answer.
export function isChoice(item) {
  return ["choose", "change"].includes(item.fields.do);
}

// Whether something else is on its way than answers to this widget.
export function isBusy(form) {
  return queue.all().some((it) => it.fields.widget !== form.elements.widget.value);
}

// A widget's answer in words, as it is going to stand in the log.
export function wordsOf(form) {
  const ranked = form.querySelectorAll(".ranking li");
  const chosen = [...(ranked.length ? ranked : form.querySelectorAll(":checked"))].map((it) => it.dataset.words);
  if (ranked.length) return chosen.map((word, index) => `${index + 1}. ${word}`).join("\n");
  return chosen.length > 1 ? chosen.map((word) => `- ${word}`).join("\n") : chosen[0];
}

// What is its answer so far, where that is being changed.
export function answerOf(form) {
  return form.elements.do.value === "change" ? (form.dataset.given ?? form.querySelector("[checked]")?.dataset.words) : null;
}

// Its answer is on its way: its choices stand in the log from now on. What one tap gave can be given anew, from a line below.
export function settle(form, words) {
  const choices = form.querySelector("[data-answered]");
  if (choices) log.showChoices(form.elements.widget.value, choices.content);
  if (!form.matches(".one-tap")) return form.remove();
  delete form.dataset.dirty;
  form.dataset.given = words;
  form.elements.do.value = "change";
  const folded = form.closest("details");
  if (folded) return folded.removeAttribute("open");
  const details = Object.assign(document.createElement("details"), { className: "change" });
  form.replaceWith(details);
  details.append(Object.assign(document.createElement("summary"), { textContent: told.change }), form);
  form.querySelector("[type=submit]").textContent = told.change;
}

// Who has written nothing is led to the widget that came: its question is read out, and no keyboard covers it.
export function present(foot, box) {
  const group = foot.querySelector("#foot > [data-widget] fieldset");
  if (!group) return;
  group.tabIndex = -1;
  group.focus({ preventScroll: true });
  group.addEventListener("keydown", (event) => {
    const writes = (event.key.length === 1 && event.key !== " ") || event.keyCode === 229;
    if (event.target === group && writes && !event.ctrlKey && !event.metaKey) box.focus(); // in one's own words, then
  });
}

// One tap chooses and sends; whoever goes through the choices by keyboard sends when they are done.
export function sendTaps(foot) {
  let isTapped = false;
  foot.addEventListener("click", (event) => (isTapped = event.detail > 0));
  foot.addEventListener("change", (event) => {
    const form = event.target.closest(".one-tap");
    if (form && isTapped) form.requestSubmit();
    isTapped = false;
  });
}
