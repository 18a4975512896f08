// Buttons that copy what a field holds, where the browser lets us.

for (const button of document.querySelectorAll("[data-copies]")) {
  if (!navigator.clipboard) break;
  const field = document.getElementById(button.dataset.copies);
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = button.dataset.copied;
  });
}
