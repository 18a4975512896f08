// A ranking: its places as buttons to move with, and as items to drag; the form's own numbers follow.

export function enhance(list) {
  if (!list.querySelector("select")) return;
  for (const item of list.children) {
    const words = item.dataset.words;
    const place = item.querySelector("select");
    const kept = Object.assign(document.createElement("input"), { type: "hidden", name: place.name });
    place.replaceWith(
      button("↑", list.dataset.up.replace("%s", () => words), () => move(list, item, -1)),
      button("↓", list.dataset.down.replace("%s", () => words), () => move(list, item, 1)),
      kept,
    );
    const grip = Object.assign(document.createElement("span"), { className: "grip", textContent: "⠿" });
    grip.setAttribute("aria-hidden", "true");
    item.append(grip);
    grip.addEventListener("pointerdown", (event) => drag(list, item, event));
  }
  number(list);
}

function button(sign, label, action) {
  const it = Object.assign(document.createElement("button"), { type: "button", textContent: sign });
  it.setAttribute("aria-label", label);
  it.addEventListener("click", () => {
    if (it.getAttribute("aria-disabled") !== "true") action();
    it.focus();
  });
  return it;
}

function move(list, item, by) {
  const other = by < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (by < 0) other.before(item);
  else other.after(item);
  number(list);
  announce(list, item);
}

function drag(list, item, start) {
  start.preventDefault();
  list.setPointerCapture(start.pointerId); // not the grip: what is moved within the page loses it
  item.classList.add("dragged");
  const follow = (event) => {
    for (const other of list.children) {
      if (other === item) continue;
      const box = other.getBoundingClientRect();
      const middle = box.top + box.height / 2;
      const isAbove = other.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (isAbove && event.clientY < middle) return other.before(item), number(list);
      if (!isAbove && event.clientY > middle && event.clientY < box.bottom + box.height) {
        other.after(item);
        number(list);
      }
    }
  };
  const end = () => {
    item.classList.remove("dragged");
    list.removeEventListener("pointermove", follow);
    announce(list, item);
  };
  list.addEventListener("pointermove", follow);
  list.addEventListener("lostpointercapture", end, { once: true });
}

function number(list) {
  const items = [...list.children];
  items.forEach((item, index) => {
    item.querySelector("input").value = index + 1;
    const [up, down] = item.querySelectorAll("button");
    up.setAttribute("aria-disabled", String(index === 0));
    down.setAttribute("aria-disabled", String(index === items.length - 1));
  });
}

function announce(list, item) {
  const place = [...list.children].indexOf(item) + 1;
  const values = { "%s": item.dataset.words, "%p": place, "%c": list.children.length };
  const told = list.dataset.moved.replace(/%[spc]/g, (mark) => values[mark]);
  list.parentElement.querySelector("[data-announce]").textContent = told;
  list.dispatchEvent(new Event("input", { bubbles: true }));
}
