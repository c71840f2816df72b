// Elements. Text enters by text nodes alone, so that nothing in it can become markup.

const SVG = "http://www.w3.org/2000/svg";

/**
 * Make an HTML element.
 *
 * `about` has its attributes; `on` has its listeners by event. A value of `true` sets an attribute without a
 * value; `false`, `null` and `undefined` leave it out. Children are nodes or text; those that are `false`, `null`
 * or `undefined` are left out.
 */
export function el(tag, about = {}, ...children) {
  return filled(document.createElement(tag), about, children);
}

/** Make an SVG element, in the same way. */
export function svg(tag, about = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), about, children);
}

/** A part of a drawing's width. */
export function percent(value) {
  return `${value.toFixed(2)}%`;
}

/** Put children in the place of those that an element has. */
export function refill(node, ...children) {
  node.replaceChildren(...children.flat().filter(isThere));
  return node;
}

/** Put children in the place of others that are like them; the focus stays on the button in the same place. */
export function renew(node, ...children) {
  const place = [...node.querySelectorAll("button")].indexOf(document.activeElement);
  refill(node, ...children);
  if (place >= 0) node.querySelectorAll("button")[place]?.focus();
}

/** Say something to those who listen rather than look. */
export function speak(text) {
  document.getElementById("spoken").textContent = text;
}

/** Text that others chose: set apart, so that its direction does not disorder what stands around it. */
export function theirs(text, about = {}) {
  return el("bdi", about, text);
}

function filled(node, { on = {}, ...attributes }, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (isThere(value)) node.setAttribute(name, value === true ? "" : value);
  }
  for (const [event, listener] of Object.entries(on)) node.addEventListener(event, listener);
  node.append(...children.flat().filter(isThere).map((child) => (child instanceof Node ? child : String(child))));
  return node;
}

function isThere(value) {
  return value !== null && value !== undefined && value !== false;
}
