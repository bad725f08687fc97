// Elements made by script: nothing is ever parsed as HTML, so no text from outside can become markup.

const SVG = 'http://www.w3.org/2000/svg';

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
  else if (name === 'class') node.setAttribute('class', value);
  else if (name === 'value' || name === 'checked' || name === 'selected') node[name] = value;
  else node.setAttribute(name, value === true ? '' : String(value));
}

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) set(node, name, value);
  add(node, children);
  return node;
}

// Children may be nodes, text, numbers, nested lists; null, undefined and false are left out.
export function add(node, ...children) {
  for (const child of children.flat(9)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

export const el = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);

export const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

export const clear = (node) => {
  node.replaceChildren();
  return node;
};

const keyed = (node) =>
  node?.id
    ? `#${CSS.escape(node.id)}`
    : node?.dataset?.key
      ? `[data-key="${CSS.escape(node.dataset.key)}"]`
      : null;

// Puts new children in place of the old ones; the focus stays on what has the same id or data-key, and
// what was unfolded (details with a data-key) or scrolled stays so.
export function swap(node, ...children) {
  const focus = node.contains(document.activeElement) ? keyed(document.activeElement) : null;
  const unfolded = [...node.querySelectorAll('details[open][data-key]')].map(keyed);
  const scrolled = [...node.querySelectorAll('[data-key]')]
    .filter((part) => part.scrollLeft > 0 || part.scrollTop > 0)
    .map((part) => [keyed(part), part.scrollLeft, part.scrollTop]);
  clear(node);
  add(node, children);
  for (const details of unfolded) node.querySelector(details)?.setAttribute('open', '');
  for (const [part, left, top] of scrolled) node.querySelector(part)?.scrollTo(left, top);
  if (focus) node.querySelector(focus)?.focus({preventScroll: true});
  return node;
}

// Loads a further style sheet once; pages that need one of their own call it before they draw.
export function needStyle(href) {
  if (document.head.querySelector(`link[href="${href}"]`)) return Promise.resolve();
  return new Promise((done) => {
    const link = el('link', {rel: 'stylesheet', href, onload: done, onerror: done});
    document.head.append(link);
  });
}

// act once calls have ceased for wait_ms; while they go on, all the same every ten times that.
export function debounce(wait_ms, act) {
  let timer = 0;
  let first_ms = 0;
  return (...given) => {
    const now = Date.now();
    if (!timer) first_ms = now;
    clearTimeout(timer);
    const run = () => {
      timer = 0;
      act(...given);
    };
    timer = setTimeout(run, Math.max(0, Math.min(wait_ms, first_ms + 10 * wait_ms - now)));
  };
}

// Numbers for coordinates: short, and the same everywhere.
export const round = (x, digits = 2) => Number(x.toFixed(digits));
