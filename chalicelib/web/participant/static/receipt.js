// What is stored of a participant: their code and link, copied at a press.
import { offerCopy } from "./copying.js";

offerCopy();
