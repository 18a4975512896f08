// How much stands in a text, while it is typed; and the zone of this browser, which somebody may take over.

for (const told of document.querySelectorAll("[data-counts]")) {
  const field = document.getElementById(told.dataset.counts);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const count = () => {
    const length = [...field.value.trim()].length; // as the server counts: characters, not their halves
    const texts = { "%c": number.format(length), "%l": number.format(told.dataset.limit) };
    told.textContent = told.dataset.told.replace(/%[cl]/g, (name) => texts[name]);
    told.classList.toggle("over", length > told.dataset.limit);
  };
  field.addEventListener("input", count);
  if (field.value) count(); // also what the browser brought back
}

const proposal = document.querySelector("[data-zone]");
const zones = document.getElementById("time_zone");
const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
if (proposal && zones && timeZone && zones.value !== timeZone && [...zones.options].some((it) => it.value === timeZone)) {
  proposal.textContent = proposal.dataset.zone.replace("%z", timeZone.replaceAll("_", " "));
  proposal.hidden = false;
  proposal.addEventListener("click", () => {
    zones.value = timeZone;
    zones.dispatchEvent(new Event("input", { bubbles: true }));
    proposal.hidden = true;
    zones.focus();
  });
}
