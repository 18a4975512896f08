// The questions of a form: dragging, on top of the same request as the buttons.

// Whatever answers but the editor (a page to sign in on, one that says why not) is loaded as a page, and not put in its place.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { requestConfig, serverResponse, xhr } = event.detail;
  const button = requestConfig.elt;
  if (!button.closest("#editor") || serverResponse.includes('id="editor"')) return;
  event.detail.shouldSwap = false;
  if (xhr.status === 429 || xhr.status >= 500) tellFailure();
  else if (button.value !== "look") button.form.requestSubmit(button);
});
document.addEventListener("htmx:sendError", tellFailure);

function tellFailure() {
  document.getElementById("failed").hidden = false;
}

document.addEventListener("pointerdown", (event) => {
  const grip = event.target.closest("[data-grip]");
  if (grip && event.button === 0) drag(grip, event);
});

function drag(grip, start) {
  start.preventDefault();
  const item = grip.closest("li");
  const list = item.parentElement;
  const order = [...list.children];
  list.setPointerCapture(start.pointerId); // not the grip: what is moved within the page loses it
  item.classList.add("dragged");
  const follow = (event) => {
    for (const other of list.children) {
      if (other === item) continue;
      const box = other.getBoundingClientRect();
      const middle = box.top + box.height / 2;
      const isAbove = other.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING;
      if (isAbove && event.clientY < middle) return other.before(item);
      if (!isAbove && event.clientY > middle && event.clientY < box.bottom + box.height) other.after(item);
    }
  };
  const end = () => {
    list.removeEventListener("pointermove", follow);
    item.classList.remove("dragged");
    const place = [...list.children].indexOf(item);
    list.replaceChildren(...order); // until the server has answered, the page says what it said
    if (place === order.indexOf(item)) return;
    const drop = document.querySelector("[data-drop]");
    drop.value = `to:${grip.dataset.grip}:${place}`;
    drop.click();
  };
  list.addEventListener("pointermove", follow);
  list.addEventListener("lostpointercapture", end, { once: true });
}
