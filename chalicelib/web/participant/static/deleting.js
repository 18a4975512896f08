// Where a conversation is deleted in the browser that has it, what was written there and not sent goes along.
import { forget } from "./keeping.js";

const form = document.getElementById("deletion");
form.addEventListener("submit", () => form.elements.sure.checked && forget());
