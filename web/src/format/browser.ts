import { strings } from "../strings";

/** "Firefox on Linux" from a User-Agent; empty when it is none we know. */
export function browserName(userAgent: string): string {
  const browsers: [RegExp, string][] = [[/Edg\//, "Edge"], [/OPR\//, "Opera"], [/Firefox\//, "Firefox"], [/Chrom(e|ium)\//, "Chrome"], [/Safari\//, "Safari"], [/^curl\//, "curl"]];
  const systems: [RegExp, string][] = [[/Android/, "Android"], [/iPhone|iPad/, "iOS"], [/Windows/, "Windows"], [/Mac OS X/, "macOS"], [/Linux/, "Linux"]];
  const browser = browsers.find(([pattern]) => pattern.test(userAgent))?.[1] ?? "";
  const system = systems.find(([pattern]) => pattern.test(userAgent))?.[1];
  return browser !== "" && system ? strings.settings.browserOn(browser, system) : browser;
}
