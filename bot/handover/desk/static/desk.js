// Small comforts; every page works without it.
"use strict";

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const place of document.querySelectorAll("[data-live]")) {
  const source = new EventSource(place.dataset.live);
  let seen = place.dataset.mark;
  const changed = async () => {
    if (!place.dataset.piece) {
      place.querySelector("[data-changed]").hidden = false;
      return;
    }
    const answer = await fetch(place.dataset.piece, { credentials: "same-origin" });
    if (answer.ok && !answer.redirected) {
      // The piece is rendered and escaped by the server, as the page was.
      place.innerHTML = await answer.text();
      place.scrollTop = place.scrollHeight;
    }
  };
  source.addEventListener("mark", (event) => {
    if (seen !== undefined && seen !== event.data) changed();
    seen = event.data;
  });
  source.addEventListener("change", (event) => {
    seen = event.data;
    changed();
  });
  if (place.dataset.piece) place.scrollTop = place.scrollHeight;
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
      else if (answer.ok) shown.textContent = box.dataset.counted.replace("#", (await answer.json()).segments);
    }, 300);
  });
}
