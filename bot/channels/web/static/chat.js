// The chat page with scripts: messages go up without leaving the page, events come down.
// Text is only ever put in as text; a link is followed only where its scheme is known to be harmless.
"use strict";

(() => {
  const log = document.getElementById("log");
  const list = document.getElementById("list");
  const live = document.getElementById("live");
  const status = document.getElementById("status");
  const form = document.getElementById("compose");
  const field = document.getElementById("message");
  const words = log.dataset;
  const base = "/api/channels/web";
  const SAFE = /^(https:|tel:|mailto:|sms:)/;
  let last = Number(words.last) || 0;
  let answer = null; // the first of the messages that answer the person's last one
  let events = null;
  let lost = false;
  let slow = 0;

  const make = (tag, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };

  const announce = (text, lang, dir) => {
    const line = make("p", { textContent: text, dir: dir || "auto" });
    if (lang) line.lang = lang;
    live.append(line);
    setTimeout(() => line.remove(), 4000);
  };

  const written = (parts) => parts.map(({ text, href }) =>
    href && SAFE.test(href)
      ? make("a", { href, rel: "noopener noreferrer" }, make("bdi", { textContent: text }))
      : document.createTextNode(text));

  const settle = (group, chosen) => {
    for (const button of group.querySelectorAll("button")) {
      button.setAttribute("aria-disabled", "true");
      button.tabIndex = -1;
      if (button === chosen) button.setAttribute("aria-pressed", "true");
    }
  };

  const draw = (message) => {
    const item = make("li", { className: `message from-${message.from}` });
    item.append(make("span", { className: "who", textContent: words[message.from] }));
    const text = make("p", { className: "text", dir: message.dir || "auto" }, ...written(message.parts));
    if (message.lang) text.lang = message.lang;
    item.append(text);
    if (message.choices.length) {
      const group = make("div", { className: "choices" });
      group.setAttribute("role", "group");
      group.setAttribute("aria-label", words.choices);
      for (const choice of message.choices) {
        group.append(make("button", { name: "choice", value: choice.id, textContent: choice.label,
          lang: message.lang, dir: message.dir }));
      }
      item.append(make("form", { method: "post", action: "/chat" }, group));
    }
    list.append(item);
    if (message.from === "me" || !answer) answer = message.from === "me" ? null : item;
    item.scrollIntoView({ block: "end" });
    // An answer longer than the window is shown from its beginning.
    if (answer && answer.getBoundingClientRect().top < 0) answer.scrollIntoView({ block: "start" });
  };

  const held = ({ owner, stopped, name }) => {
    const place = document.getElementById("state");
    const said = stopped ? place.dataset.stopped : place.dataset[owner];
    place.hidden = !said;
    place.replaceChildren(said || "");
    if (said && name && !stopped) place.append(" ", make("bdi", { textContent: name }));
  };

  const mine = (text) => draw({ from: "me", parts: [{ text }], choices: [] });

  const post = (path, content) => fetch(base + path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    credentials: "same-origin",
    body: JSON.stringify(content),
  });

  const uuid = () => crypto.randomUUID ? crypto.randomUUID()
    : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
      (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

  const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  const open = async () => {
    if (words.session === "yes") return;
    const chosen = document.documentElement.lang;
    const answer = await post("/sessions", { language: chosen });
    if (!answer.ok) throw answer;
    words.session = "yes";
  };

  // The same id is sent again until the server says it has it: nothing is lost, nothing counts twice.
  const send = async (content) => {
    const message = { id: uuid(), ...content };
    // Who sent the person is told once, with the first words.
    const code = form.elements.code?.value;
    if (code) message.code = code;
    status.textContent = words.waiting;
    // Who cannot see that we think is told, once, when it lasts.
    clearTimeout(slow);
    slow = setTimeout(() => announce(words.waiting), 2500);
    for (let pause = 1000; ; pause = Math.min(pause * 2, 15000)) {
      try {
        await open();
        listen();
        const answer = await post("/messages", message);
        if (answer.ok) {
          form.elements.code?.remove();
          online();
          return;
        }
        if (answer.status >= 500) throw answer; // the server's trouble passes: as without a network
        const said = await answer.json().catch(() => ({}));
        const text = said.error?.text || (answer.status === 413 ? words.toobig : words.notsent);
        status.textContent = text;
        announce(text);
        return;
      } catch (problem) {
        if (problem instanceof Response && problem.status < 500) {
          status.textContent = words.notsent;
          announce(words.notsent);
          return;
        }
        offline();
        await wait(pause);
      }
    }
  };

  const offline = () => {
    clearTimeout(slow);
    if (lost) return;
    lost = true;
    status.textContent = words.offline;
    announce(words.offline);
  };

  const online = () => {
    if (!lost) return;
    lost = false;
    status.textContent = words.online;
  };

  const listen = () => {
    if (events && events.readyState !== EventSource.CLOSED) return;
    events = new EventSource(`${base}/events?after=${last}`);
    events.addEventListener("open", online);
    events.addEventListener("error", () => {
      if (navigator.onLine === false) offline();
      if (events.readyState === EventSource.CLOSED) setTimeout(listen, 3000);
    });
    events.addEventListener("state", (event) => held(JSON.parse(event.data)));
    events.addEventListener("message", (event) => {
      const message = JSON.parse(event.data);
      if (message.seq <= last) return;
      last = message.seq;
      clearTimeout(slow);
      status.textContent = "";
      if (message.key === "erase.done") list.replaceChildren();
      draw(message);
      announce(`${words[message.from]} : ${message.text}`, message.lang, message.dir);
    });
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    mine(text);
    send({ text });
  });

  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
  });

  log.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    settle(event.target, button);
    mine(button.textContent);
    field.focus();
    send({ choice: button.value });
  });

  const paper = document.getElementById("print");
  paper.hidden = false;
  paper.addEventListener("click", () => window.print());

  document.getElementById("erase").addEventListener("submit", (event) => {
    event.preventDefault();
    mine(event.submitter.textContent);
    send({ text: event.submitter.value });
  });

  if (words.session === "yes") listen();
  list.lastElementChild?.scrollIntoView({ block: "end" });
})();
