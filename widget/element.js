// <relais-chat language direction theme side code>: the custom element, and the one made by the script tag alone.
const SCRIPT = document.currentScript;
const BASE = SCRIPT ? new URL(SCRIPT.src).origin : location.origin;
const THINKING = 2500;
const ATTRIBUTES = ["language", "direction", "theme", "side", "code"];

class RelaisChat extends HTMLElement {
  static get observedAttributes() {
    return ["language", "direction", "theme"];
  }

  connectedCallback() {
    if (this.panel) return;
    const root = this.attachShadow({ mode: "open" });
    if ("adoptedStyleSheets" in document) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    } else {
      root.append(make("link", { rel: "stylesheet", href: `${BASE}/widget.css` }));
    }
    this.line = new Line(BASE, {
      message: (message) => this.heard(message),
      state: (state) => this.panel.held(state),
      lost: () => this.say("offline", true),
      back: () => this.say("online"),
      refused: (status, text) => this.say(status === 413 ? "too_big" : "not_sent", true, text),
    });
    this.line.code = this.getAttribute("code");
    this.line.opening = () => ({ language: this.chosen || this.spoken, chosen: Boolean(this.chosen) });
    this.panel = new Panel({
      open: () => this.open(),
      close: () => this.panel.show(false),
      send: (text) => this.mine(text, { text }),
      choose: (choice, label) => {
        this.panel.field.focus();
        this.mine(label, { choice });
      },
      language: (code) => this.choose(code),
      save: () => save(this.panel.words.heading, this.panel.transcript.text()),
      print: () => print(this.panel.root, this.panel.words.heading, { language: this.spoken,
        direction: this.panel.root.dir }, this.panel.transcript),
      erase: () => this.mine(this.panel.words.erase, { text: "ERASE" }),
      goOn: (channel) => this.goOn(channel),
    });
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.dark.addEventListener("change", () => this.paint());
    this.paint();
    this.speak(this.getAttribute("language") || document.documentElement.lang || navigator.language)
      .then(() => root.append(this.panel.root))
      .catch(() => { /* the server is away: no button is better than one that leads nowhere */ });
  }

  disconnectedCallback() {
    if (this.line) this.line.hang();
  }

  attributeChangedCallback(name, _before, now) {
    if (!this.panel) return;
    if (name === "theme") this.paint();
    else if (name === "direction") this.panel.root.dir = now || this.natural;
    else this.speak(now || "");
  }

  paint() {
    const asked = this.getAttribute("theme");
    const dark = asked === "dark" || (asked !== "light" && this.dark.matches);
    this.panel.root.dataset.theme = dark ? "dark" : "light";
  }

  async speak(language) {
    const found = await this.line.words(language);
    this.spoken = found.language;
    this.natural = found.direction;
    this.panel.speak(found, this.getAttribute("direction"));
  }

  async choose(code) {
    this.chosen = code;
    this.line.language(code);
    await this.speak(code).catch(() => this.say("offline", true));
  }

  // The first opening makes the session; before it nothing is kept and nobody is known.
  async open() {
    this.panel.show(true);
    if (this.begun) return;
    this.begun = true;
    try {
      const past = this.line.token ? await this.line.history() : null;
      await this.line.open();
      if (past) {
        past.messages.forEach((message, at) => this.past(message, at === past.messages.length - 1));
        this.panel.held(past.state);
      }
    } catch (problem) {
      if (problem instanceof Response && problem.status < TROUBLE) this.say("slow", true);
      else this.line.cut();
      this.begun = false;
    }
    this.line.listen();
  }

  past(message, latest) {
    this.line.last = message.seq;
    this.panel.transcript.draw({ ...message, old: !latest });
  }

  mine(text, content) {
    this.panel.transcript.draw({ from: "me", parts: [{ text }] });
    this.say("waiting");
    // Who cannot see that we think is told, once, when it lasts.
    clearTimeout(this.slow);
    this.slow = setTimeout(() => this.panel.transcript.announce(this.panel.words.waiting), THINKING);
    this.line.send(content);
  }

  heard(message) {
    const { transcript } = this.panel;
    clearTimeout(this.slow);
    if (message.key === "erase.done") {
      transcript.clear();
      this.line.hang();
      this.line.keep(null);
    }
    transcript.draw(message);
    transcript.announce(`${transcript.who(message.from)} : ${message.text}`, message.lang, message.dir);
    this.panel.status.textContent = "";
    this.panel.news();
  }

  say(word, aloud, text) {
    clearTimeout(this.slow);
    this.panel.status.textContent = text || this.panel.words[word];
    if (aloud) this.panel.transcript.announce(this.panel.status.textContent);
  }

  async goOn(channel) {
    try {
      await this.line.open();
      const answer = await this.line.ask("/code", {});
      if (!answer.ok) throw answer;
      const passage = await answer.json();
      this.panel.way(passage, passage.ways.find((way) => way.channel === channel));
      this.panel.transcript.announce(`${this.panel.words.code} ${passage.code}`);
    } catch {
      this.say("not_sent", true);
    }
  }
}

if (!customElements.get("relais-chat")) customElements.define("relais-chat", RelaisChat);

const place = () => {
  if (document.querySelector("relais-chat")) return;
  const attributes = {};
  for (const name of ATTRIBUTES) attributes[name] = SCRIPT && SCRIPT.dataset[name];
  document.body.append(make("relais-chat", attributes));
};
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
else place();
