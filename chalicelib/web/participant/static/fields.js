// Fields: what is wrong with one, in words beside it; and how long its text is, of how much.

// Characters as the server counts them: an emoji is one or a few, not twice as many.
export function length(text) {
  return [...text.trim()].length;
}

// A line below a text that comes close to its limit. Gives what brings it up to date, where no key was pressed.
export function count(field, words) {
  if (field.nextElementSibling?.matches(".count")) return;
  const limit = Number(field.dataset.limit);
  const shown = Object.assign(document.createElement("p"), { className: "count", hidden: true });
  field.after(shown);
  function renew() {
    shown.hidden = field.value.length < limit * 0.8; // which is never less than its characters
    if (shown.hidden) return;
    const now = length(field.value);
    shown.classList.toggle("over", now > limit);
    shown.textContent = words.replace("%c", number(now)).replace("%l", number(limit));
  }
  field.addEventListener("input", renew);
  renew();
  return renew;
}

// Nothing wrong with it any more, where there are no words.
export function complain(field, words, controls = [field]) {
  const told = document.getElementById(`${field.id}-error`);
  told.textContent = words || "";
  told.hidden = !words;
  for (const it of controls) {
    if (words) it.setAttribute("aria-describedby", told.id);
    else it.removeAttribute("aria-describedby");
    if (words && it.tagName !== "FIELDSET") it.setAttribute("aria-invalid", "true");
    else it.removeAttribute("aria-invalid");
  }
  return !words;
}

// What is wrong with a text: nothing there where there must be something, or too much.
export function wrongWith(field) {
  const now = length(field.value);
  if (!now) return field.dataset.required || "";
  return now > Number(field.dataset.limit) ? field.dataset.tooLong.replace("%c", number(now)) : "";
}

function number(count) {
  return count.toLocaleString(document.documentElement.lang);
}
