// Small charts: a bar of shares, and a line of values.

import { percent, svg } from "./dom.mjs";

const HEIGHT = 28;
const WIDTH = 100;

/**
 * A bar with the shares of a whole, each `[value, kind]`; `kind` is a colour: `run`, `wait`, `good`, `bad`, `off`.
 *
 * What is left of the whole stays empty. `words` tell those who do not see it.
 */
export function meter(shares, whole, words, height = 8) {
  let left = 0;
  const rects = shares.map(([value, kind]) => {
    const width = whole > 0 ? (100 * Math.min(value, whole - left)) / whole : 0;
    const rect = svg("rect", { x: percent((100 * left) / (whole || 1)), width: percent(width), height, class: kind });
    left += Math.min(value, whole - left);
    return rect;
  });
  return svg("svg", { class: "meter", width: "100%", height, role: "img", "aria-label": words }, rects);
}

/**
 * A line through values at times, each `[time, value]`, with its area; `words` tell those who do not see it.
 *
 * `ahead` has what is expected, which is dashed. `most` is the value at the top, and `from` and `to` are the times at
 * the ends, for lines that are to be compared.
 */
export function sparkline(points, words, { most, ahead = [], from, to } = {}) {
  const all = [...points, ...ahead];
  const [begin, end] = [from ?? Math.min(...all.map(([time]) => time)), to ?? Math.max(...all.map(([time]) => time))];
  const top = most ?? Math.max(...all.map(([, value]) => value), 1e-9);
  const x = (time) => (end > begin ? (WIDTH * Math.max(time - begin, 0)) / (end - begin) : WIDTH).toFixed(2);
  const y = (value) => (HEIGHT - 1 - ((HEIGHT - 2) * value) / top).toFixed(2);
  const places = (some) => some.map(([time, value]) => `${x(time)},${y(value)}`).join(" ");
  const foot = (point) => `${x(point?.[0] ?? begin)},${HEIGHT}`;
  return svg(
    "svg",
    { class: "sparkline", width: "100%", height: HEIGHT, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": words },
    svg("polygon", { points: `${foot(points[0])} ${places(points)} ${foot(points.at(-1))}` }),
    svg("polyline", { points: places(points) }),
    ahead.length > 0 && svg("polyline", { points: places(ahead), class: "ahead" }),
  );
}
