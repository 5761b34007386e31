/** Sizes, times and numbers in words. */
import { strings } from "../strings";

export const count = (value: number): string => value.toLocaleString(strings.locale);

export function bytes(size: number): string {
  const units = strings.units.bytes;
  let value = size;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toLocaleString(strings.locale, { maximumFractionDigits: digits })} ${units[unit] ?? ""}`;
}

/** A length of time for a person who waits: coarse, never two units. */
export function duration(seconds: number): string {
  if (seconds < 60) return strings.units.underMinute;
  if (seconds < 90 * 60) return strings.units.minutes(Math.round(seconds / 60));
  if (seconds < 36 * 3600) return strings.units.hours(Math.round(seconds / 3600));
  return strings.units.days(Math.round(seconds / 86_400));
}

/** A short length of time that was measured. */
export function elapsed(ms: number): string {
  if (ms < 1000) return strings.units.ms(String(ms < 10 ? Math.round(ms * 10) / 10 : Math.round(ms)));
  return strings.units.seconds((ms / 1000).toLocaleString(strings.locale, { maximumFractionDigits: 1 }));
}

/** "1:05", "1:02:03". */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const pad = (value: number) => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${String(hours)}:${pad(minutes)}:${pad(seconds % 60)}` : `${String(minutes)}:${pad(seconds % 60)}`;
}

const steps: [Intl.RelativeTimeFormatUnit, number, number][] = [
  ["minute", 60, 3600],
  ["hour", 3600, 86_400],
  ["day", 86_400, 7 * 86_400],
];

/** "5 minutes ago", or the date when it is longer ago than a week. */
export function ago(moment: string, now: number = Date.now()): string {
  const seconds = (now - Date.parse(moment)) / 1000;
  if (Number.isNaN(seconds)) return "";
  const distance = Math.abs(seconds);
  if (distance < 60) return strings.units.now;
  const relative = new Intl.RelativeTimeFormat(strings.locale, { numeric: "auto" });
  for (const [unit, size, below] of steps) {
    if (distance < below) return relative.format(-Math.round(seconds / size), unit);
  }
  return date(moment);
}

export const date = (moment: string): string =>
  new Date(moment).toLocaleDateString(strings.locale, { day: "numeric", month: "short", year: "numeric" });

export const dateTime = (moment: string): string =>
  new Date(moment).toLocaleString(strings.locale, { dateStyle: "medium", timeStyle: "short" });

export const percent = (share: number): string =>
  share.toLocaleString(strings.locale, { style: "percent", maximumFractionDigits: 0 });

/** "de" → "German"; the code itself when the browser does not know it. */
export function languageName(code: string): string {
  try {
    return new Intl.DisplayNames([strings.locale], { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}
