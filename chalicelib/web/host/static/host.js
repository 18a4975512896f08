// Buttons that copy what a field holds, where the browser lets us; also in what htmx brings later.

function offerCopying(part) {
  if (!navigator.clipboard) return;
  for (const button of part.querySelectorAll("[data-copies]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  await navigator.clipboard.writeText(field.value);
  button.textContent = button.dataset.copied;
});

offerCopying(document);
document.addEventListener("htmx:load", (event) => offerCopying(event.detail.elt));
