// A word before work that is not saved is left, unless it is to be discarded.

let isLeft = false;

// Another form of the page takes nothing of it along.
document.addEventListener("submit", (event) => (isLeft ||= Boolean(event.target.closest("[data-changed]"))));
document.addEventListener("click", (event) => (isLeft ||= Boolean(event.target.closest("[data-discards]"))));
document.addEventListener("input", (event) => event.target.closest("[data-unsaved]")?.setAttribute("data-changed", ""));
window.addEventListener("beforeunload", (event) => {
  if (isLeft || !document.querySelector("[data-changed]")) return;
  event.preventDefault();
  const stay = () => dispatchEvent(new Event("stayed")); // whoever goes on with the page
  for (const name of ["pointerdown", "keydown"]) addEventListener(name, stay, { once: true, capture: true });
});
window.addEventListener("pageshow", () => (isLeft = false)); // also for who comes back by the browser's button
