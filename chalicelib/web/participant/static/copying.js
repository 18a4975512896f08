// The private link, copied at a press where the browser lets us.

export function offerCopy() {
  const copy = document.getElementById("copy");
  const link = document.getElementById("resume");
  if (!copy || !navigator.clipboard) return;
  const { copied } = document.getElementById("chat").dataset;
  copy.hidden = false;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(link.value);
    } catch {
      return link.select();
    }
    document.getElementById("copied").textContent = copied;
    copy.textContent = copied;
  });
}
