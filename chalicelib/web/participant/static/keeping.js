// What is not sent yet, kept in this browser: the draft, and messages on their way. Without storage it is kept in the page.

const mark = `harmonica ${document.getElementById("chat").dataset.storage}`;
const inPage = new Map();

function read(name) {
  if (inPage.has(name)) return inPage.get(name);
  try {
    return localStorage.getItem(`${mark} ${name}`);
  } catch {
    return null;
  }
}

function write(name, value) {
  try {
    if (value) localStorage.setItem(`${mark} ${name}`, value);
    else localStorage.removeItem(`${mark} ${name}`);
    inPage.delete(name);
  } catch {
    inPage.set(name, value);
    window.addEventListener("beforeunload", holdOn);
  }
}

// What only this page keeps goes with it: the browser asks first.
function holdOn(event) {
  if ([...inPage.values()].some(Boolean)) event.preventDefault();
}

export const draftKey = `${mark} draft`;
export const draft = { read: () => read("draft") || "", write: (text) => write("draft", text) };

// Whether messages go as pages of their own, since the script does not get through.
export const plain = { read: () => read("plain") || "", write: (mark) => write("plain", mark) };

// Messages on their way, oldest first: each with its own id, the form it came by and the words it shows.
export const queue = {
  all() {
    try {
      return JSON.parse(read("queue") || "[]");
    } catch {
      return [];
    }
  },
  add(item) {
    write("queue", JSON.stringify([...queue.all(), item]));
  },
  mark(id, state) {
    write("queue", JSON.stringify(queue.all().map((item) => (item.id === id ? { ...item, ...state } : item))));
  },
  remove(id) {
    const left = queue.all().filter((item) => item.id !== id);
    write("queue", left.length ? JSON.stringify(left) : "");
  },
};

export function forget() {
  write("draft", "");
  write("queue", "");
}

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
