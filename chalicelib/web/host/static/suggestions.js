// Puts a suggested text into its field. What was there takes the suggestion's place in the list, so that it can be put back.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-puts]");
  if (!button) return;
  event.preventDefault();
  const field = document.getElementById(button.dataset.puts);
  const before = field.value;
  field.value = button.value;
  field.dispatchEvent(new Event("input", { bubbles: true })); // as if it had been typed: the form saves itself
  const item = button.closest("li");
  if (before.trim()) {
    button.value = before;
    const words = item.querySelector(".said");
    words.textContent = before;
    words.removeAttribute("lang");
    words.dir = "auto";
    item.querySelector(".hint").hidden = false;
  } else {
    item.remove();
  }
  field.focus();
});
