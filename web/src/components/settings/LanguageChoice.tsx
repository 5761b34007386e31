import { SegmentedControl } from "@mantine/core";
import { chooseLanguage, languageChoice, languageNames, strings, type LanguageChoice as Choice } from "../../strings";

export function LanguageChoice() {
  return (
    <SegmentedControl
      aria-label={strings.settings.language}
      value={languageChoice()}
      onChange={(value) => { chooseLanguage(value as Choice); }}
      data={[{ value: "de", label: <span lang="de">{languageNames.de}</span> }, { value: "en", label: <span lang="en">{languageNames.en}</span> }, { value: "auto", label: strings.settings.languageAuto }]}
    />
  );
}
