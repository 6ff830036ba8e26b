// The line to the server: messages up by POST, events down by a stream that resumes where it was cut.
// The session is a token kept for this tab, sent as a Bearer: no cookie, so nothing depends on third-party cookies.
const KEPT_AS = "relais-chat";
const SILENCE = 45000; // the server says something every 15 s: more than this is a dead connection
const LONGEST = 15000;
const TROUBLE = 500; // from here on it is the server's trouble, and passes: it is tried again, as without a network

class Line {
  constructor(base, told) {
    this.base = `${base}/api/channels/web`;
    this.told = told; // { message, state, lost, back, refused }
    this.last = 0;
    this.lost = false;
    this.sending = Promise.resolve();
    this.token = null;
    this.code = null; // of the prescriber whose link led here: told once, with the first words
    try {
      this.token = sessionStorage.getItem(KEPT_AS);
    } catch { /* storage is closed to us: the session lives as long as the page */ }
  }

  keep(token) {
    this.token = token;
    this.last = token ? this.last : 0;
    try {
      if (token) sessionStorage.setItem(KEPT_AS, token);
      else sessionStorage.removeItem(KEPT_AS);
    } catch { /* as above */ }
  }

  async ask(path, content, more = {}) {
    const headers = {};
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (content) headers["Content-Type"] = "application/json";
    const answer = await fetch(this.base + path, {
      method: content ? "POST" : "GET", headers, credentials: "omit", cache: "no-store",
      body: content ? JSON.stringify(content) : undefined, ...more,
    });
    if (answer.status === 401) this.keep(null);
    return answer;
  }

  words(language) {
    return fetch(`${this.base}/words?language=${encodeURIComponent(language)}`, { credentials: "omit" })
      .then((answer) => answer.json());
  }

  // However many ask for it at once, one session is opened.
  open() {
    if (this.token) return Promise.resolve();
    if (!this.opened) this.opened = this.begin().finally(() => { this.opened = null; });
    return this.opened;
  }

  async begin() {
    const answer = await this.ask("/sessions", this.opening());
    if (!answer.ok) throw answer;
    this.keep((await answer.json()).token);
    this.last = 0;
  }

  async history() {
    const answer = await this.ask("/history");
    return answer.ok ? answer.json() : null;
  }

  // One after the other, each with the same id until the server says it has it: nothing lost, nothing twice.
  send(content) {
    const message = { id: uuid(), ...content };
    this.sending = this.sending.then(() => this.deliver(message));
    return this.sending;
  }

  // In its place among the messages: what is written after a choice is answered in it. A session not yet begun
  // begins with it; one that is just beginning is told afterwards.
  language(code) {
    this.sending = this.sending.then(async () => {
      await Promise.resolve(this.opened).catch(() => {});
      if (this.token) await this.ask("/language", { language: code }).catch(() => {});
    });
  }

  async deliver(message) {
    for (let wait = 1000; ; wait = Math.min(wait * 2, LONGEST)) {
      try {
        await this.open();
        this.listen();
        const answer = await this.ask("/messages", this.code ? { ...message, code: this.code } : message);
        if (answer.ok) {
          this.code = null;
          this.mended();
          return;
        }
        if (answer.status === 401) continue;
        if (answer.status >= TROUBLE) throw answer;
        const said = await answer.json().catch(() => ({}));
        this.told.refused(answer.status, said.error && said.error.text);
        return;
      } catch (problem) {
        if (problem instanceof Response && problem.status < TROUBLE) {
          this.told.refused(problem.status, null);
          return;
        }
        this.cut();
        await pause(wait);
      }
    }
  }

  // Each listening is a token of its own: one that was hung up never goes on beside the next.
  async listen() {
    if (this.listening || !this.token) return;
    const mine = this.listening = {};
    for (let wait = 1000; this.listening === mine && this.token;) {
      try {
        await (window.ReadableStream ? this.stream() : this.look());
        wait = 1000;
      } catch {
        if (this.listening === mine) this.cut();
        wait = Math.min(wait * 2, LONGEST);
      }
      if (this.listening === mine && this.token) await pause(wait);
    }
    if (this.listening === mine) this.listening = null;
  }

  async stream() {
    const control = new AbortController();
    this.stop = () => control.abort();
    const answer = await this.ask(`/events?after=${this.last}`, null, { signal: control.signal });
    if (!answer.ok) throw answer;
    this.mended();
    const reader = answer.body.getReader();
    const decoder = new TextDecoder();
    let held = "";
    for (;;) {
      const alarm = setTimeout(this.stop, SILENCE);
      const { value, done } = await reader.read().finally(() => clearTimeout(alarm));
      if (done) return;
      const blocks = (held + decoder.decode(value, { stream: true })).split("\n\n");
      held = blocks.pop();
      blocks.forEach((block) => this.event(block));
    }
  }

  event(block) {
    const found = {};
    for (const line of block.split("\n")) {
      const at = line.indexOf(": ");
      if (at > 0) found[line.slice(0, at)] = line.slice(at + 2);
    }
    if (!found.data) return;
    const data = JSON.parse(found.data);
    if (found.event === "state") this.told.state(data);
    else if (found.event === "message") this.take(data);
  }

  take(message) {
    if (message.seq <= this.last) return;
    this.last = message.seq;
    this.told.message(message);
  }

  // For browsers that cannot read an answer as it comes: look now and then.
  async look() {
    const answer = await this.ask(`/history?after=${this.last}`);
    if (!answer.ok) throw answer;
    this.mended();
    const found = await answer.json();
    this.told.state(found.state);
    found.messages.filter((message) => message.from !== "me").forEach((message) => this.take(message));
    await pause(3000);
  }

  hang() {
    this.listening = null;
    if (this.stop) this.stop();
  }

  cut() {
    if (this.lost) return;
    this.lost = true;
    this.told.lost();
  }

  mended() {
    if (!this.lost) return;
    this.lost = false;
    this.told.back();
  }
}
