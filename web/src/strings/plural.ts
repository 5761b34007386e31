/** "1 file", "2 files": the number and its word, as a language has them. */
export function pluralIn(locale: string) {
  const rules = new Intl.PluralRules(locale);
  const numbers = new Intl.NumberFormat(locale);
  return (count: number, one: string, other: string): string => `${numbers.format(count)} ${rules.select(count) === "one" ? one : other}`;
}
