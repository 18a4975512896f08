// What went wrong, told once; and what there is to tell a reader of the screen that the page shows elsewhere.

const alerts = document.getElementById("alerts");
const aside = Object.assign(document.createElement("p"), { className: "unseen" });
aside.setAttribute("role", "status");
alerts.after(aside); // there before it says anything: only what changes is read out

export function alert(text) {
  if (alerts.textContent.trim() === (text || "")) return;
  alerts.replaceChildren();
  if (!text) return;
  const notice = Object.assign(document.createElement("div"), { className: "notice alert" });
  notice.append(Object.assign(document.createElement("p"), { textContent: text }));
  alerts.append(notice);
}

// What this said is mended.
export function withdraw(text) {
  if (alerts.textContent.trim() === text) alert("");
}

export function tell(text) {
  aside.textContent = text;
}
