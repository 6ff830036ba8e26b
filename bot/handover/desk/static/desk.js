// Small comforts; every page works without it.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// Paper cannot be unfolded: what is folded on the page is whole in print, in browsers that do not do so by style too.
addEventListener("beforeprint", () => document.querySelectorAll("details.rest").forEach((one) => (one.open = true)));
addEventListener("afterprint", () => document.querySelectorAll("details.rest").forEach((one) => (one.open = false)));

const title = document.title;
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = title;
});

for (const place of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(place.dataset.live);
  const stale = document.querySelector("[data-changed]");
  let seen = place.dataset.mark;
  const changed = async (now) => {
    if (document.hidden) document.title = `● ${title}`;
    // The first part counts what happened to the request, the second its messages.
    if (!place.dataset.piece || (seen && seen.split("-")[0] !== now.split("-")[0])) stale.hidden = false;
    if (!place.dataset.piece) return;
    const answer = await fetch(place.dataset.piece, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) {
      // The piece is rendered and escaped by the server, as the page was.
      place.innerHTML = await answer.text();
      place.scrollTop = place.scrollHeight;
    }
  };
  const hear = (event) => {
    if (seen !== undefined && seen !== event.data) changed(event.data);
    seen = event.data;
  };
  source.addEventListener("mark", hear);
  source.addEventListener("change", hear);
  if (place.dataset.piece) place.scrollTop = place.scrollHeight;
}

for (const box of document.querySelectorAll("textarea")) {
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) box.form.requestSubmit();
  });
}

for (const box of document.querySelectorAll("[data-count]")) {
  const shown = document.getElementById(`${box.id}-count`);
  let waiting;
  box.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const text = box.value.trim();
      const body = new URLSearchParams({ csrf: box.form.elements.csrf.value, text });
      // The server counts as it will send: same alphabet, same cuts.
      const answer = text && (await fetch(box.dataset.count, { method: "POST", body, credentials: "same-origin" }));
      if (!text) shown.textContent = "";
      else if (answer.ok) shown.textContent = (await answer.json()).said;
    }, 300);
  });
}
