// The conversation on paper or in a file, made here: nothing is asked of the server.
const save = (title, text) => {
  const url = URL.createObjectURL(new Blob([`${title}\n\n${text}\n`], { type: "text/plain;charset=utf-8" }));
  make("a", { href: url, download: "relais.txt" }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
};

// A frame of its own, so that the page around is neither printed nor changed.
const print = (root, title, { language, direction }, transcript) => {
  const frame = make("iframe", { class: "spoken", title, "aria-hidden": "true", tabindex: "-1" });
  root.append(frame);
  const paper = frame.contentDocument;
  paper.documentElement.lang = language;
  paper.documentElement.dir = direction;
  paper.title = title;
  for (const line of [title, ...transcript.text().split("\n")]) {
    const paragraph = paper.createElement("p");
    paragraph.dir = "auto";
    paragraph.textContent = line;
    paper.body.append(paragraph);
  }
  frame.contentWindow.addEventListener("afterprint", () => frame.remove());
  frame.contentWindow.print();
};
