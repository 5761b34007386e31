import { SegmentedControl, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { strings } from "../../strings";

export function Appearance() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <SegmentedControl
      aria-label={strings.theme.label}
      value={colorScheme}
      onChange={(value) => { setColorScheme(value as MantineColorScheme); }}
      data={(["light", "dark", "auto"] as const).map((value) => ({ value, label: strings.theme[value] }))}
    />
  );
}
