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
  const { top, right, bottom, left } = context.safeAreaInsets ?? {};
  if (top !== undefined) root.style.setProperty("--insets", `${top}px ${right}px ${bottom}px ${left}px`);
  speakLike(context);
}
