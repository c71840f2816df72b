// Figures in words, in the reader's language and time zone where the host names them.

const here = { locale: undefined, timeZone: undefined };

/** Take the language and the time zone from what the host says of itself. */
export function speakLike({ locale, timeZone }) {
  if (locale) here.locale = locale;
  if (timeZone) here.timeZone = timeZone;
}

/** A span of time in its two largest units: `2 h 10 min`. */
export function span(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return joined(hours, "h", minutes % 60, "min");
  return joined(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** A span of time in its largest unit: `2 h`. */
export function rough(seconds) {
  return span(seconds).split(" ", 2).join(" ");
}

/** A moment: the time of day, with the date unless it is today's. */
export function clock(seconds, now = Date.now() / 1000) {
  const time = written(seconds, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return day(seconds) === day(now) ? time : `${day(seconds)}, ${time}`;
}

/** The day of a moment: `26 Nov`. */
export function day(seconds) {
  return written(seconds, { day: "numeric", month: "short" });
}

/** The day of a moment, with its year unless it is this year's: `12 Jan 2027`. */
export function dated(seconds, now = Date.now() / 1000) {
  const year = (at) => written(at, { year: "numeric" });
  return year(seconds) === year(now) ? day(seconds) : written(seconds, { day: "numeric", month: "short", year: "numeric" });
}

/** A moment of any year: that of today or of this year with its time, an older one by its day. */
export function stamp(seconds, now = Date.now() / 1000) {
  const told = dated(seconds, now);
  return told === day(seconds) ? clock(seconds, now) : told;
}

/** How many seconds the reader's clock is ahead of UTC at a moment. */
export function offset(seconds) {
  const fields = { timeZone: here.timeZone, timeZoneName: "longOffset" };
  const written = new Intl.DateTimeFormat("en", fields).format(seconds * 1000);
  const [, sign, hours, minutes] = /([+-])(\d+):(\d+)/.exec(written) ?? ["", "", 0, 0];
  return (sign === "-" ? -60 : 60) * (hours * 60 + Number(minutes));
}

/** A number with the separators of the reader's language. */
export function figure(value, digits = 0) {
  return new Intl.NumberFormat(here.locale, { maximumFractionDigits: digits }).format(value);
}

/** A number in little room: whole from a hundred on, in millions from ten millions on. */
export function brief(value) {
  const large = Math.abs(value);
  if (large < 1e7) return figure(value, large < 1 ? 4 : large < 100 ? 1 : 0);
  return new Intl.NumberFormat(here.locale, { notation: "compact", maximumSignificantDigits: 3 }).format(value);
}

/** A number of things: `1 node`, `4 nodes`. */
export function count(number, one, many = `${one}s`) {
  return `${figure(number)} ${number === 1 ? one : many}`;
}

/** A size in bytes, in the units of the answers: `4.2 MB`. */
export function size(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${figure(value, unit && value < 10 ? 1 : 0)} ${units[unit]}`;
}

function joined(larger, unit, smaller, other) {
  return smaller ? `${larger} ${unit} ${smaller} ${other}` : `${larger} ${unit}`;
}

function written(seconds, fields) {
  return new Intl.DateTimeFormat(here.locale, { ...fields, timeZone: here.timeZone }).format(seconds * 1000);
}
