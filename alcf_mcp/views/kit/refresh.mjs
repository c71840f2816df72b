// Looking again, politely: not while nobody looks, and more rarely while nothing changes.

/**
 * Look again at growing intervals.
 *
 * `look` looks, and resolves to whether anything has changed. It is not called while the page is hidden, nor after
 * `stop`. A look that fails counts as one that shows no change.
 */
export function refreshed(look, { first = 15, longest = 240, growth = 1.6, page = document } = {}) {
  let pause = first;
  let timer = null;
  let looking = false;
  let stopped = true;

  function wait() {
    clearTimeout(timer);
    if (!stopped && page.visibilityState !== "hidden") timer = setTimeout(again, pause * 1000);
  }

  async function again() {
    if (looking || stopped) return;
    looking = true;
    let changed = false;
    try {
      changed = await look();
    } catch {
      changed = false;
    }
    looking = false;
    pause = changed ? first : Math.min(pause * growth, longest);
    wait();
  }

  const seen = () => wait();
  page.addEventListener("visibilitychange", seen);
  return {
    start() {
      stopped = false;
      wait();
    },
    /** Stop until the next start. */
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
    /** Stop for good. */
    end() {
      this.stop();
      page.removeEventListener("visibilitychange", seen);
    },
  };
}
