// What went wrong, told once; and what there is to tell a reader of the screen that the page shows elsewhere.

const alerts = document.getElementById("alerts");
const aside = Object.assign(document.createElement("p"), { className: "unseen" });
aside.setAttribute("role", "status");
alerts.after(aside); // there before it says anything: only what changes is read out

let last = alerts.textContent.trim(); // as we wrote it: a page that is translated says it otherwise

// `offer` is a way out: what its button says, and what it does.
export function alert(text, offer) {
  if (last === (text || "")) return;
  last = text || "";
  alerts.replaceChildren();
  if (!text) return;
  const notice = Object.assign(document.createElement("div"), { className: "notice alert" });
  notice.append(Object.assign(document.createElement("p"), { textContent: text }));
  if (offer) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: offer.label });
    button.addEventListener("click", offer.action);
    notice.append(button);
  }
  alerts.append(notice);
  notice.scrollIntoView({ block: "nearest" }); // a box to write in may be pinned over its place
}

export function tell(text) {
  aside.textContent = text;
}
