// What happens in a session comes by itself, but never under somebody's hands: not while the page is out of sight, nor where a pointer
// or the focus is, nor while words are selected. What is there already is left alone.

const live = document.getElementById("live");
let shown = null;

function isInHands() {
  const pointed = matchMedia("(hover: hover)").matches && live.matches(":hover");
  return pointed || live.contains(document.activeElement) || !document.getSelection().isCollapsed;
}

live?.addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden) event.preventDefault();
});

live?.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  if (detail.target !== live) return;
  detail.shouldSwap &&= detail.xhr.responseText !== shown && !isInHands();
  if (detail.shouldSwap) shown = detail.xhr.responseText;
});
