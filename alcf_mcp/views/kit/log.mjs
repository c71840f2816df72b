// What a job or a file says, shown as it is: one stream at a time.

import { el, refill } from "./dom.mjs";
import { button } from "./frame.mjs";

/**
 * A panel with streams, each with a `name`, something `about` it, and its `content`.
 *
 * With `seek` (`seekIn` of seek.mjs), it can be searched; `beside` stands beside the search. A stream without a name
 * stands alone. Its end is shown first, or what is at `top`.
 */
export function logPanel(streams, { height = 320, seek, beside, top } = {}) {
  let shown = 0;
  const tabs = el("div", { class: "tabs", role: "group", "aria-label": "Stream" });
  const about = el("p", { class: "quiet small" });
  const content = el("pre", { class: "log mono", tabindex: 0, role: "region", "aria-label": "Output", dir: "ltr" });
  content.style.maxHeight = `${height}px`;
  const seeker = seek?.(content, () => draw());

  function draw(bottom) {
    const stream = streams[shown];
    const tab = ({ name }, index) =>
      name && button(name, () => ((shown = index), draw()), { class: "tab", "aria-pressed": String(index === shown) });
    refill(tabs, ...streams.map(tab));
    refill(about, stream.about);
    content.hidden = !stream.content;
    refill(content, ...(seeker?.marked(stream.content) ?? [stream.content]));
    // The panel may not be in the page yet, and then has no height.
    queueMicrotask(() => seeker?.found() || (content.scrollTop = bottom ?? content.scrollHeight));
  }

  const panel = el("div", { class: "logpanel" }, el("div", { class: "logbar" }, tabs, el("span", { class: "tabs" }, beside, seeker?.bar)), about, content);
  draw(top);
  return {
    panel,
    /** The stream that is shown. */
    get shown() {
      return streams[shown];
    },
    /** Add what the stream that is shown has written since; its end stays in sight if it was. */
    add(more, on) {
      const stream = streams[shown];
      const atEnd = content.hidden || content.scrollHeight - content.scrollTop - content.clientHeight < 24;
      const top = content.scrollTop;
      stream.on = on ?? stream.on;
      stream.content += more;
      draw(atEnd ? null : top);
    },
  };
}
