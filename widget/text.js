// Elements, identifiers, pauses. What people write is only ever put in as text, a link only when its scheme is known.
const SAFE = /^(https:|tel:|mailto:|sms:)/;

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const name of Object.keys(attributes)) {
    const value = attributes[name];
    if (value !== null && value !== undefined) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
};

const link = (href, text) => SAFE.test(href)
  ? make("a", { href, rel: "noopener noreferrer", target: /^https:/.test(href) ? "_blank" : null },
      make("bdi", {}, text))
  : document.createTextNode(text);

const written = (parts) => parts.map(({ text, href }) => href ? link(href, text) : document.createTextNode(text));

const uuid = () => crypto.randomUUID ? crypto.randomUUID()
  : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (digit) =>
    (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

// A pause that ends early when the network comes back.
const pause = (milliseconds) => new Promise((done) => {
  const over = () => {
    clearTimeout(timer);
    removeEventListener("online", over);
    done();
  };
  const timer = setTimeout(over, milliseconds);
  addEventListener("online", over);
});
