// "Not you?": tells what is not sent yet, and forgets it only when the server no longer knows this browser.
import { alert } from "./alerts.js";
import { offerCopy } from "./copying.js";
import { draft, forget, queue } from "./keeping.js";
import { ask, fieldsOf } from "./server.js";

const form = document.getElementById("leave");
const unsent = document.getElementById("unsent");
const told = document.getElementById("chat").dataset;
let leaving = false;
let unsure = false; // whether it was done already, by a try whose answer got lost

function count() {
  const left = queue.all().length + (draft.read() ? 1 : 0);
  unsent.hidden = !left;
  if (left) unsent.textContent = unsent.dataset.text.replace("%c", left);
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (leaving) return;
  leaving = true;
  alert("");
  const news = await ask(fieldsOf(form));
  leaving = false;
  if (!news?.reload) {
    unsure ||= !news;
    return alert(news?.notice || told.noNetwork);
  }
  // Where it is no longer this conversation's without our having done it, its words are not ours to delete.
  if (news.left || unsure) forget();
  location.replace(`chat?s=${told.session}`);
});

// Another tab may send it meanwhile; and whoever comes by "back" finds a page as it was.
window.addEventListener("storage", count);
window.addEventListener("pageshow", count);
offerCopy();
