// The box to write in stays in view, above a keyboard on the screen, and so does what was said last.

const root = document.documentElement;
const view = window.visualViewport;

// `reveal` shows the end of the conversation. Where a keyboard makes the page smaller, the style sheet does all of it; where it lies
// over the page, what it covers is left free.
export function keepInView(compose, box, reveal) {
  if (!compose) return;
  const grows = CSS.supports("field-sizing", "content");
  const end = document.getElementById("alerts");
  let height = shownHeight();
  let isAtEnd = true;

  function shownHeight() {
    return view && view.scale < 1.05 ? view.height : innerHeight;
  }

  function look() {
    if (shownHeight() === height) isAtEnd = end.getBoundingClientRect().bottom - innerHeight < compose.offsetHeight;
  }

  function fit() {
    const covered = Math.max(0, Math.round(innerHeight - shownHeight() - (view?.offsetTop ?? 0)));
    root.style.setProperty("--keyboard", `${covered}px`);
    root.style.setProperty("--compose", `${compose.offsetHeight}px`);
    const isOther = shownHeight() !== height;
    height = shownHeight();
    if (isOther && isAtEnd) reveal();
  }

  function grow() {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight + 2}px`;
  }

  if (!grows) box.addEventListener("input", grow);
  new ResizeObserver(fit).observe(compose);
  view?.addEventListener("resize", fit);
  view?.addEventListener("scroll", fit);
  window.addEventListener("resize", fit);
  window.addEventListener("scroll", look, { passive: true });
  fit();
}
