// What is to be kept, a link or a code, copied at a press where the browser lets us.

export function offerCopy(inside = document) {
  if (!navigator.clipboard) return;
  for (const block of inside.querySelectorAll(".copy")) {
    const kept = block.querySelector("input");
    const copy = block.querySelector("button");
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(kept.value);
      } catch {
        return kept.select();
      }
      copy.textContent = block.nextElementSibling.textContent = document.querySelector("[data-copied]").dataset.copied;
    });
  }
}
