// The host's looks: its theme and its variables. Its fonts are not loaded: nothing comes from elsewhere.

import { speakLike } from "./words.mjs";

const VARIABLE = /^--[a-z0-9-]+$/;
const LOADS = /url\(|image-set\(|@import/i;

/** Look and speak as the host does; called again when something of that changes. */
export function dress(context) {
  const root = document.documentElement;
  if (context.theme === "light" || context.theme === "dark") root.style.colorScheme = context.theme;
  for (const [name, value] of Object.entries(context.styles?.variables ?? {})) {
    if (VARIABLE.test(name) && value && !LOADS.test(value)) root.style.setProperty(name, value);
  }
  const insets = context.safeAreaInsets;
  if (insets) {
    for (const side of ["top", "right", "bottom", "left"]) {
      root.style.setProperty(`--inset-${side}`, `${Number(insets[side]) || 0}px`);
    }
  }
  if (context.locale || context.timeZone) speakLike(context);
}
