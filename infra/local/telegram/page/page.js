// The page asks for what is new, and draws each chat again that changed. What somebody is writing stays as it is.
"use strict";

const LANGUAGES = { en: "English", de: "Deutsch", es: "Español", fr: "Français", ar: "العربية", "zh-hans": "简体中文", "zh-hant": "繁體中文", pt: "Português (the bot has none)", "": "none given" };
const panes = new Map();
let world = null;
let shownPane = null;

const $ = (id) => document.getElementById(id);

function make(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...content);
  return made;
}

async function act(what, pane) {
  const answer = await fetch("/act", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(what) });
  const told = await answer.json();
  if (told.problem) say(pane, told.problem);
  if (told.choose_group) chooseGroup(what, told.choose_group, pane);
  if (told.tap && pane) pane.tap = told.tap;
  return told;
}

function say(pane, words) {
  if (!pane) return alertWith(words);
  const toast = pane.root.querySelector(".toast");
  toast.textContent = words;
  toast.hidden = false;
  clearTimeout(pane.toast);
  pane.toast = setTimeout(() => { toast.hidden = true; }, 6000);
}

function alertWith(words) {
  $("alert").querySelector("p").textContent = words;
  $("alert").showModal();
}

// Dialogs --------------------------------------------------------------------------------------------------------------

function openDialog(id, then) {
  const dialog = $(id), form = dialog.querySelector("form");
  dialog.returnValue = "";
  dialog.onclose = () => { if (dialog.returnValue === "ok") { then(new FormData(form)); form.reset(); } };
  dialog.showModal();
}

function fill(select, entries) {
  select.replaceChildren(...entries.map(([value, text]) => make("option", { value }, text)));
}

const people = () => world.people.map((it) => [it.id, it.first_name]);
const groups = () => world.chats.filter((it) => it.type !== "private" && !it.migrated_to);

function chooseGroup(what, url, pane) {
  fill($("choose-group").querySelector("[name=group]"), groups().map((it) => [it.id, it.title]));
  openDialog("choose-group", (form) => act({ ...what, url, group: Number(form.get("group")), lost: form.has("lost") }, pane));
}

document.querySelector("[data-opens=new-person]").addEventListener("click", () => {
  fill($("new-person").querySelector("select"), Object.entries(LANGUAGES));
  openDialog("new-person", (form) => act({ do: "add_person", name: form.get("name"), language: form.get("language") }));
});
document.querySelector("[data-opens=new-group]").addEventListener("click", () => {
  fill($("new-group").querySelector("[name=person]"), people());
  openDialog("new-group", (form) =>
    act({ do: "add_group", title: form.get("title"), kind: form.get("kind"), person: Number(form.get("person")) }));
});
$("start-over").addEventListener("click", () => {
  if (confirm("Forget all people, groups and messages here? The bot keeps what it has stored.")) act({ do: "start_over" });
});

// Texts ----------------------------------------------------------------------------------------------------------------

const TAGS = { bold: "b", italic: "i", underline: "u", strikethrough: "s", code: "code", pre: "pre", blockquote: "blockquote", expandable_blockquote: "blockquote" };

function drawText(text, entities, pane, from = 0, to = text.length) {
  const drawn = [];
  let at = from;
  const inside = entities.filter((it) => it.offset >= from && it.offset + it.length <= to);
  for (let n = 0; n < inside.length; n++) {
    const entity = inside[n];
    if (entity.offset < at) continue;
    drawn.push(text.slice(at, entity.offset));
    at = entity.offset + entity.length;
    const words = text.slice(entity.offset, at);
    const others = inside.slice(n + 1);
    drawn.push(drawEntity(entity, words, drawText(text, others, pane, entity.offset, at), pane));
  }
  drawn.push(text.slice(at, to));
  return drawn;
}

function drawEntity(entity, words, content, pane) {
  if (entity.type === "bot_command") {
    return make("button", { type: "button", class: "command", onclick: () => write(pane, words) }, words);
  }
  if (entity.type === "text_link" || entity.type === "url") {
    const url = entity.url || words;
    return make("a", { href: url, target: "_blank", rel: "noopener noreferrer", onclick: (event) => followLink(event, url, pane) }, ...content);
  }
  return make(TAGS[entity.type] || "span", { dir: "auto" }, ...content);
}

function followLink(event, url, pane) {
  if (!/^https:\/\/t\.me\//.test(url)) return;
  event.preventDefault();
  openInside(url, pane);
}

function openInside(url, pane) {
  act({ do: "open_link", person: pane.person(), url }, pane);
  if (!url.includes("startgroup")) showPane(`p${pane.person()}`);
}

// Messages -------------------------------------------------------------------------------------------------------------

function news(message) {
  const who = message.from.first_name;
  if (message.new_chat_members) return `${who} added ${message.new_chat_members.map((it) => it.first_name).join(", ")}`;
  if (message.migrate_to_chat_id) return "This group is a supergroup now";
  if (message.migrate_from_chat_id) return "This supergroup was a group before";
  return "";
}

function contentOf(message) {
  if (message.voice) return "🎤 Voice message, 0:03";
  if (message.sticker) return `${message.sticker.emoji} Sticker`;
  if (message.photo) return `🖼 Picture${message.caption ? `: ${message.caption}` : ""}`;
  if (message.document) return fileOf(message.document);
  return message.text || "";
}

// A file, to be opened or saved.
function fileOf(document) {
  const href = `data:text/plain;charset=utf-8,${encodeURIComponent(document.content)}`;
  return make("a", { href, download: document.file_name }, `📄 ${document.file_name}`);
}

function drawMessage(message, chat, pane) {
  const words = news(message);
  if (words) return make("div", { class: "news" }, words);
  const own = message.from.id === pane.person();
  const marks = [message.edit_date && !message.from.is_bot ? "edited" : "", message.forward_origin ? "forwarded" : "", chat.topics[message.message_thread_id] || ""];
  const bubble = make("div", { class: "bubble", dir: "auto" });
  if (message.reply_to_message) bubble.append(make("span", { class: "quoted", dir: "auto" }, contentOf(message.reply_to_message)));
  bubble.append(...(message.text ? drawText(message.text, message.entities || [], pane) : [contentOf(message)]));
  const names = own && chat.type === "private" ? [] : [message.from.first_name];
  const who = make("div", { class: "who", dir: "auto" }, [...names, ...marks].filter(Boolean).join(" · "));
  const item = make("div", { class: own ? "own" : "" }, who, bubble);
  const keys = (message.reply_markup || {}).inline_keyboard;
  if (keys) item.append(drawKeys(keys, message, chat, pane));
  if (own && message.text && !message.forward_origin) {
    who.append(make("button", { type: "button", class: "quiet", onclick: () => beginEdit(pane, message) }, "Edit"));
  } else if (!own && chat.type !== "private") {
    who.append(make("button", { type: "button", class: "quiet", onclick: () => beginReply(pane, message) }, "Reply"));
  }
  return item;
}

function drawKeys(rows, message, chat, pane) {
  const draw = (key) => {
    const outside = key.url && !/^https:\/\/t\.me\//.test(key.url);
    const press = async (event) => {
      if (outside) return window.open(key.url, "_blank", "noopener");
      if (key.url) return openInside(key.url, pane);
      event.target.setAttribute("aria-busy", "true");
      await act({ do: "press", person: pane.person(), chat: chat.id, message: message.message_id, data: key.callback_data }, pane);
    };
    return make("button", { type: "button", dir: "auto", class: outside ? "outside" : "", onclick: press }, key.text);
  };
  return make("div", { class: "keys" }, ...rows.map((row) => make("div", {}, ...row.map(draw))));
}

// Writing --------------------------------------------------------------------------------------------------------------

function write(pane, text) {
  const what = pane.doing || {};
  stopDoing(pane);
  if (what.edit) return act({ do: "edit", person: pane.person(), chat: pane.chat, message: what.edit, text }, pane);
  return act({ do: "write", person: pane.person(), chat: pane.chat, text, topic: pane.topic(), reply_to: what.reply || 0 }, pane);
}

function beginEdit(pane, message) {
  doing(pane, { edit: message.message_id }, "Changing a message.");
  pane.field.value = message.text;
}

function beginReply(pane, message) {
  doing(pane, { reply: message.message_id }, `Replying to ${message.from.first_name}.`);
}

function doing(pane, what, words) {
  pane.doing = what;
  const line = pane.root.querySelector(".doing");
  line.querySelector("span").textContent = words;
  line.hidden = false;
  pane.field.focus();
}

function stopDoing(pane) {
  if (pane.doing && pane.doing.edit) pane.field.value = "";
  pane.doing = null;
  pane.root.querySelector(".doing").hidden = true;
}

// The commands that the bot has set for such a chat, in the language of the phone: from the closest set of them, as in real clients.
function commandsIn(chat, person) {
  const isPrivate = chat.type === "private";
  const scopes = isPrivate ? ["all_private_chats"] : [...(chat.members[person.id] === "member" ? [] : ["all_chat_administrators"]), "all_group_chats"];
  const language = person.language_code.slice(0, 2);
  const names = [...scopes, "default"].flatMap((scope) => [`${scope} ${language}`, scope]);
  const found = names.find((name) => world.commands[name]);
  return found ? world.commands[found] : [];
}

function drawCommands(pane, chat) {
  const person = world.people.find((it) => it.id === pane.person());
  const commands = commandsIn(chat, person);
  const told = JSON.stringify(commands);
  if (told === pane.commandsDrawn) return;
  pane.commandsDrawn = told;
  const menu = pane.root.querySelector(".commands");
  menu.hidden = !commands.length;
  const draw = (it) => make("button", { type: "button", dir: "auto", onclick: () => { menu.open = false; write(pane, `/${it.command}`); } }, make("b", {}, `/${it.command}`), ` ${it.description}`);
  menu.querySelector(".items").replaceChildren(...commands.map(draw));
}

// Panes ----------------------------------------------------------------------------------------------------------------

function newPane(key, chat) {
  const root = $("pane").content.cloneNode(true).firstElementChild;
  root.id = key;
  const pane = { key, root, chat: chat.id, field: root.querySelector("textarea"), drawn: "", seatDrawn: "", tap: null, doing: null };
  pane.person = () => (chat.type === "private" ? chat.id : Number(root.querySelector("[name=seat]").value));
  pane.topic = () => Number((root.querySelector("[name=topic]") || {}).value) || null;
  root.querySelector(".doing button").addEventListener("click", () => stopDoing(pane));
  root.querySelector(".composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = pane.field.value;
    if (!text.trim()) return;
    write(pane, text);
    pane.field.value = "";
  });
  pane.field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      pane.root.querySelector(".composer").requestSubmit();
    }
  });
  panes.set(key, pane);
  return pane;
}

function item(pane, words, what) {
  const press = () => { pane.root.querySelector(".menu").open = false; act({ ...what, person: pane.person() }, pane); };
  return make("button", { type: "button", onclick: press }, words);
}

function linkForm(pane) {
  const open = (event) => {
    event.preventDefault();
    openInside(new FormData(event.target).get("url").trim(), pane);
    event.target.reset();
    pane.root.querySelector(".menu").open = false;
  };
  return make("form", { onsubmit: open }, make("label", {}, "Open a link to the bot", make("input", { name: "url", required: true, placeholder: "https://t.me/…" })), make("button", {}, "Open"));
}

function sends(pane, kinds) {
  return Object.entries(kinds).map(([kind, words]) => item(pane, words, { do: "send", chat: pane.chat, kind }));
}

function drawPerson(pane, chat, person) {
  pane.root.querySelector("h2").textContent = `${person.first_name} · private chat`;
  pane.root.querySelector(".about").textContent = person.has_blocked ? "has blocked the bot" : person.has_started ? `phone in ${LANGUAGES[person.language_code] || person.language_code}` : "has not started the bot";
  const told = JSON.stringify([person, chat.id]);
  if (told === pane.seatDrawn) return;
  pane.seatDrawn = told;
  const language = make("select", { onchange: (event) => act({ do: "speak", person: person.id, language: event.target.value }, pane) });
  fill(language, Object.entries(LANGUAGES));
  language.value = person.language_code;
  pane.root.querySelector(".items").replaceChildren(
    linkForm(pane),
    make("label", {}, "Language of the phone", language),
    ...sends(pane, { voice: "Send a voice message", sticker: "Send a sticker", photo: "Send a picture", forward: "Forward two messages" }),
    item(pane, person.has_blocked ? "Unblock the bot" : "Block the bot", { do: "block", blocked: !person.has_blocked }),
  );
}

const STANDING = { left: "the bot is not here", kicked: "the bot was taken out", member: "the bot is here", restricted: "the bot may not write", administrator: "the bot is here" };

function drawGroup(pane, chat) {
  pane.root.querySelector("h2").textContent = chat.title;
  pane.root.querySelector(".about").textContent = `${chat.is_forum ? "forum" : chat.type} · ${STANDING[chat.bot]}`;
  const told = JSON.stringify([chat.id, chat.bot, chat.type, chat.members, chat.topics, people()]);
  if (told === pane.seatDrawn) return;
  pane.seatDrawn = told;
  const seatBefore = (pane.root.querySelector("[name=seat]") || {}).value;
  const seat = make("select", { name: "seat", onchange: () => draw() });
  fill(seat, people().filter(([id]) => chat.members[id]).map(([id, name]) => [id, `${name}${chat.members[id] === "member" ? "" : " (admin)"}`]));
  if (seatBefore && chat.members[seatBefore]) seat.value = seatBefore;
  const parts = [make("label", {}, "You are", seat)];
  if (Object.keys(chat.topics).length) {
    const topic = make("select", { name: "topic" });
    fill(topic, [["", "General"], ...Object.entries(chat.topics)]);
    parts.push(make("label", {}, "in", topic));
  }
  pane.root.querySelector(".seat").replaceChildren(...parts);
  const isIn = ["member", "administrator", "restricted"].includes(chat.bot);
  const where = { group: chat.id };
  pane.root.querySelector(".items").replaceChildren(
    linkForm(pane),
    ...(isIn ? [item(pane, "Take the bot out", { do: "remove_bot", ...where }), item(pane, "Let the bot write no more", { do: "forbid", ...where })] : [item(pane, "Add the bot, without a link", { do: "add_bot", ...where })]),
    ...(chat.type === "group" ? [item(pane, "Make it a supergroup", { do: "migrate", ...where })] : []),
  );
}

function scrollDown(pane) {
  const log = pane.root.querySelector(".log");
  requestAnimationFrame(() => { log.scrollTop = log.scrollHeight; });
}

function drawPane(chat) {
  const person = world.people.find((it) => it.id === chat.id);
  const key = person ? `p${chat.id}` : `g${chat.id}`;
  const pane = panes.get(key) || newPane(key, chat);
  if (person) drawPerson(pane, chat, person); else drawGroup(pane, chat);
  drawCommands(pane, chat);
  pane.root.setAttribute("aria-label", pane.root.querySelector("h2").textContent);
  const drawn = JSON.stringify([chat.messages, person ? 0 : pane.person()]);
  if (drawn !== pane.drawn) {
    pane.drawn = drawn;
    const log = pane.root.querySelector(".log");
    log.replaceChildren(...chat.messages.map((message) => drawMessage(message, chat, pane)));
    scrollDown(pane);
  }
  const typing = pane.root.querySelector(".typing");
  typing.hidden = !chat.typing_for;
  if (chat.typing_for) setTimeout(() => { typing.hidden = true; }, chat.typing_for * 1000);
  const answer = pane.tap && world.answers[pane.tap];
  if (answer) {
    pane.tap = null;
    for (const key of pane.root.querySelectorAll("[aria-busy]")) key.removeAttribute("aria-busy");
    if (answer.text && answer.show_alert) alertWith(answer.text); else if (answer.text) say(pane, answer.text);
  }
  return pane;
}

function showPane(key) {
  shownPane = key;
  for (const pane of panes.values()) pane.root.classList.toggle("shown", pane.key === key);
  for (const tab of $("tabs").children) tab.setAttribute("aria-current", String(tab.dataset.pane === key));
  if (!panes.has(key)) return;
  panes.get(key).root.scrollIntoView({ block: "nearest", inline: "nearest" });
  scrollDown(panes.get(key));
}

function draw() {
  $("bot").textContent = `@${world.bot.username}`;
  $("trouble").hidden = !world.trouble;
  $("trouble").textContent = world.trouble ? `The bot has not taken ${world.waiting} updates yet: ${world.trouble}` : "";
  const chats = [...groups(), ...world.chats.filter((it) => it.type === "private")];
  const shown = chats.map(drawPane);
  const order = shown.map((it) => it.key);
  for (const [key, pane] of panes) {
    if (!order.includes(key)) { pane.root.remove(); panes.delete(key); }
  }
  if ([...$("chats").children].map((it) => it.id).join() !== order.join()) {
    $("chats").append(...shown.map((it) => it.root));
    $("tabs").replaceChildren(...shown.map((it) =>
      make("button", { type: "button", "data-pane": it.key, onclick: () => showPane(it.key) }, it.root.querySelector("h2").textContent.split(" · ")[0])));
    showPane(order.includes(shownPane) ? shownPane : order[0]);
  }
}

async function follow() {
  for (;;) {
    try {
      const answer = await fetch(`/news?after=${world ? world.version : -1}`);
      world = await answer.json();
      draw();
    } catch (error) {
      $("trouble").hidden = false;
      $("trouble").textContent = "The stand-in does not answer. Is `make run TELEGRAM=fake` still running?";
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

follow();
