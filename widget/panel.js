// The parts one sees: the button that opens, the panel with its transcript, its tools and the field to write in.
class Panel {
  constructor(done) {
    this.done = done; // what the person does: { open, close, send, choose, language, save, print, erase, goOn }
    this.transcript = new Transcript((button) => done.choose(button.value, button.textContent));
    this.named = [];
    const say = (word, node, attribute) => {
      this.named.push([word, node, attribute]);
      return node;
    };
    const button = (word, pressed, attributes = {}) => {
      const node = say(word, make("button", { type: "button", ...attributes }));
      node.addEventListener("click", pressed);
      return node;
    };
    this.launcher = button("open", done.open, { class: "launcher", "aria-expanded": "false", "aria-controls": "panel" });
    this.close = button("close", done.close);
    this.languages = make("select", { autocomplete: "off" });
    this.languages.addEventListener("change", () => done.language(this.languages.value));
    this.ways = make("div", { class: "ways" });
    this.goOn = { telegram: button("telegram", () => done.goOn("telegram")), sms: button("sms", () => done.goOn("sms")) };
    this.tools = make("details", {}, say("more", make("summary")), make("div", { class: "tools" },
      this.goOn.telegram, this.goOn.sms, this.ways,
      button("save", done.save), button("print", done.print), button("erase", done.erase)));
    this.state = make("p", { class: "state", hidden: "" });
    this.status = make("p", { class: "status" });
    this.field = make("textarea", { id: "field", rows: "2", maxlength: "20000", dir: "auto", enterkeyhint: "send" });
    this.compose = make("form", { class: "compose" }, say("message", make("label", { for: "field" })),
      make("div", { class: "row" }, this.field, say("send", make("button", { class: "send" }))));
    this.panel = make("section", { class: "panel", id: "panel", role: "dialog", hidden: "",
      "aria-labelledby": "heading", "aria-describedby": "notice" },
      make("div", { class: "top" }, make("div", {}, say("heading", make("h2", { id: "heading" })),
        say("tagline", make("p", { class: "soft" }))), this.close),
      make("div", { class: "bar" }, make("label", {}, say("language", make("span")), this.languages), this.tools),
      this.state, say("log", this.transcript.log, "aria-label"), this.status, this.compose);
    say("notice", this.transcript.notice);
    this.root = make("div", { class: "root" }, this.launcher, this.panel, this.transcript.live);
    this.listen();
  }

  listen() {
    this.compose.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.submit();
    });
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.done.close();
    });
  }

  submit() {
    const text = this.field.value.trim();
    if (!text) return;
    this.field.value = "";
    this.done.send(text);
  }

  speak({ language, direction, languages, ways, words }, forced) {
    this.words = this.transcript.words = words;
    this.root.lang = language;
    this.root.dir = forced || direction;
    for (const [word, node, attribute] of this.named) {
      if (attribute) node.setAttribute(attribute, words[word]);
      else node.textContent = words[word];
    }
    this.languages.replaceChildren(...languages.map(([code, name]) => make("option", { value: code, lang: code }, name)));
    this.languages.value = language;
    for (const way of Object.keys(this.goOn)) this.goOn[way].hidden = !ways.includes(way);
    this.held(this.holder);
  }

  get isOpen() {
    return !this.panel.hidden;
  }

  show(open) {
    this.panel.hidden = !open;
    this.launcher.hidden = open;
    this.launcher.setAttribute("aria-expanded", String(open));
    this.launcher.textContent = this.words.open;
    (open ? this.field : this.launcher).focus();
  }

  // Something new while the panel is closed: told on the button, never by opening.
  news() {
    if (!this.isOpen) this.launcher.textContent = `${this.words.open} (${this.words.new})`;
  }

  held(holder) {
    this.holder = holder;
    const { owner, stopped, name } = holder || {};
    this.transcript.name = name;
    const words = stopped ? this.words.stopped : { queue: this.words.queue, counsellor: this.words.held }[owner];
    this.state.hidden = !words;
    this.state.replaceChildren(words || "");
    if (words && name && !stopped) this.state.append(" ", make("bdi", {}, name));
  }

  way(passage, { channel, address, link: href }) {
    const words = [make("p", {}, this.words.code), make("p", { class: "code" }, make("bdi", {}, passage.code)),
      link(href, channel === "sms" ? address : this.words[channel])];
    this.ways.replaceChildren(...words);
  }
}
