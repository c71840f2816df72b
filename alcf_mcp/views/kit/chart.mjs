// Small charts: a bar of shares, and a line of values.

import { svg } from "./dom.mjs";

const HEIGHT = 28;
const WIDTH = 100;

/**
 * A bar with the shares of a whole, each `[value, kind]`; `kind` is a colour: `run`, `wait`, `good`, `bad`, `off`.
 *
 * What is left of the whole stays empty. `words` tell those who do not see it.
 */
export function meter(shares, whole, words) {
  let left = 0;
  const rects = shares.map(([value, kind]) => {
    const width = whole > 0 ? (100 * Math.min(value, whole - left)) / whole : 0;
    const rect = svg("rect", { x: percent((100 * left) / (whole || 1)), width: percent(width), height: 8, class: kind });
    left += Math.min(value, whole - left);
    return rect;
  });
  return svg("svg", { class: "meter", width: "100%", height: 8, role: "img", "aria-label": words }, rects);
}

/** A line through values at times, each `[time, value]`, with its area; `words` tell those who do not see it. */
export function sparkline(points, words, { most } = {}) {
  const times = points.map(([time]) => time);
  const [from, to] = [Math.min(...times), Math.max(...times)];
  const top = most ?? Math.max(...points.map(([, value]) => value), 1e-9);
  const x = (time) => (to > from ? (WIDTH * (time - from)) / (to - from) : WIDTH);
  const y = (value) => HEIGHT - 1 - ((HEIGHT - 2) * value) / top;
  const line = points.map(([time, value]) => `${x(time).toFixed(2)},${y(value).toFixed(2)}`);
  return svg(
    "svg",
    { class: "sparkline", width: "100%", height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": words },
    svg("polygon", { points: [`0,${HEIGHT}`, ...line, `${WIDTH},${HEIGHT}`].join(" ") }),
    svg("polyline", { points: line.join(" ") }),
  );
}

function percent(value) {
  return `${value.toFixed(2)}%`;
}
