// What was said, in order, and the separate live region that reads out what is new. Focus is never moved here.
const READ_OUT = 4000; // a live region emptied sooner is missed by some screen readers

class Transcript {
  constructor(chosen) {
    this.chosen = chosen; // called with the button of a choice
    this.list = make("ol");
    this.notice = make("p", { class: "notice", id: "notice" });
    this.log = make("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0" }, this.notice, this.list);
    this.live = make("div", { class: "spoken", "aria-live": "polite" });
    this.words = {};
    this.name = null; // of the counsellor who holds the conversation
    this.list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button && button.getAttribute("aria-disabled") !== "true") this.settle(button);
    });
  }

  who(from) {
    if (from === "counsellor" && this.name) return this.name;
    return this.words[from === "relais" ? "bot" : from];
  }

  draw(message) {
    const { from, parts, lang, choices = [] } = message;
    const dir = message.dir || "auto";
    const item = make("li", { class: from },
      make("span", { class: "who" }, make("bdi", {}, this.who(from))), make("p", { class: "text", lang, dir }, ...written(parts)));
    if (choices.length) {
      const buttons = choices.map(({ id, label }) =>
        make("button", { type: "button", value: id, lang, dir, "aria-disabled": message.old ? "true" : null }, label));
      item.append(make("div", { class: "choices", role: "group", "aria-label": this.words.choices }, ...buttons));
    }
    this.list.append(item);
    if (from === "me" || message.old || !this.answer) this.answer = from === "me" ? null : item;
    this.show(this.answer || item);
  }

  // As far down as it goes, but never past the beginning of an answer longer than the window.
  show(item) {
    this.log.scrollTop = item.offsetTop;
    this.log.parentNode.scrollTop = this.log.offsetTop + item.offsetTop;
  }

  // The chosen label stays in sight; the others can no longer be pressed, yet focus never falls off the page.
  settle(button) {
    for (const other of button.parentNode.children) {
      other.setAttribute("aria-disabled", "true");
      other.tabIndex = -1;
    }
    button.setAttribute("aria-pressed", "true");
    this.chosen(button);
  }

  announce(text, lang, dir) {
    const line = make("p", { lang, dir: dir || "auto" }, text);
    this.live.append(line);
    setTimeout(() => line.remove(), READ_OUT);
  }

  clear() {
    this.list.replaceChildren();
  }

  text() {
    return [...this.list.children].map((item) =>
      `${item.querySelector(".who").textContent} : ${item.querySelector(".text").textContent}`).join("\n\n");
  }
}
