// A word before work that is not saved is left.

let isSending = false;

document.addEventListener("submit", () => (isSending = true));
document.addEventListener("input", (event) => event.target.closest("[data-unsaved]")?.setAttribute("data-changed", ""));
window.addEventListener("beforeunload", (event) => {
  if (!isSending && document.querySelector("[data-changed]")) event.preventDefault();
});
