import { Alert, createTheme, SegmentedControl, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** The green of an old reading lamp; 6 (dark) and 7 (light) carry white text at 4.5:1 and more. */
const lamp: MantineColorsTuple = [
  "#eaf5f1", "#d5e8e1", "#abd2c5", "#7fbba7", "#5aa78f", "#43997f", "#28806a", "#1d6f58", "#17594a", "#0d4437",
];

/** Darker than the library's own, whose buttons and messages stay below 4.5:1. */
const red: MantineColorsTuple = [
  "#fff0f0", "#fbdcdc", "#f6b6b6", "#f09595", "#ea7878", "#e05252", "#d13434", "#c02a2a", "#a82222", "#8c1a1a",
];

export const theme = createTheme({
  primaryColor: "lamp",
  primaryShade: { light: 7, dark: 6 },
  colors: { lamp, red },
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'DejaVu Sans Mono', Menlo, Consolas, monospace",
  headings: { fontWeight: "620", sizes: { h1: { fontSize: "1.75rem", lineHeight: "1.2" }, h2: { fontSize: "1.2rem", lineHeight: "1.3" } } },
  defaultRadius: "md",
  cursorType: "pointer",
  focusRing: "auto",
  respectReducedMotion: true,
  components: {
    // A title in the colour of its tinted ground is hard to read; the icon carries the colour.
    Alert: Alert.extend({ styles: { title: { color: "var(--mantine-color-text)" } } }),
    // In the dark the library's own ground is that of our cards, and the choices would float in nothing.
    SegmentedControl: SegmentedControl.extend({ styles: { root: { background: "var(--alcove-soft)" } } }),
  },
});

/** Paper and ink instead of white and black: long lists and long texts are easier on the eye. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#fbfaf7",
    "--mantine-color-text": "#23211e",
    "--mantine-color-dimmed": "#66625b",
    "--mantine-color-error": "#b42323",
    "--alcove-surface": "#ffffff",
    "--alcove-line": "#e5e1d8",
    "--alcove-soft": "#f2efe8",
    "--alcove-mark": "#ffe7a3",
    "--alcove-mark-text": "#3a2b00",
    "--alcove-passage": "#fff8e3",
    "--alcove-passage-line": "#e0a92e",
    "--alcove-accent": "#17594a",
  },
  dark: {
    "--mantine-color-body": "#161716",
    "--mantine-color-text": "#e6e3dd",
    "--mantine-color-dimmed": "#a5a199",
    "--mantine-color-error": "#f09595",
    "--alcove-surface": "#1e201e",
    "--alcove-line": "#343733",
    "--alcove-soft": "#272a27",
    "--alcove-mark": "#6b5210",
    "--alcove-mark-text": "#fff3cf",
    "--alcove-passage": "#2b2617",
    "--alcove-passage-line": "#c4932a",
    "--alcove-accent": "#8fcab7",
  },
});
