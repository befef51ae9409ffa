import { createTheme, type MantineColorsTuple } from "@mantine/core";

const teal: MantineColorsTuple = [
  "#ecf8f6",
  "#d3efeb",
  "#a6ddd6",
  "#74c8be",
  "#48b0a5",
  "#25958a",
  "#15837a",
  "#0f766e",
  "#0c625b",
  "#094b46",
];
const gray: MantineColorsTuple = [
  "#f7f8f8",
  "#f1f3f3",
  "#e6e9e9",
  "#dadede",
  "#c3c9c9",
  "#8f9898",
  "#616b6b",
  "#465050",
  "#2c3434",
  "#161c1c",
];
const dark: MantineColorsTuple = [
  "#e3e8e8",
  "#c2caca",
  "#9aa5a5",
  "#748080",
  "#343d3f",
  "#262e30",
  "#1c2325",
  "#161c1d",
  "#0f1314",
  "#0a0d0e",
];

const overlay = {
  content: { background: "var(--raised)" },
  header: { background: "var(--raised)" },
  title: { fontSize: "0.9375rem", fontWeight: 600 },
};

export const mantineTheme = createTheme({
  colors: { teal, gray, dark },
  primaryColor: "teal",
  primaryShade: { light: 7, dark: 7 },
  black: "#161c1c",
  fontFamily: '"Inter Variable", system-ui, sans-serif',
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.25rem" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "1.0625rem", lineHeight: "1.4" },
      h2: { fontSize: "0.9375rem", lineHeight: "1.4" },
      h3: { fontSize: "0.875rem", lineHeight: "1.4" },
    },
  },
  defaultRadius: 8,
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    InputWrapper: {
      styles: {
        label: { marginBottom: 4 },
        description: { fontSize: "0.75rem", marginBottom: 2 },
        error: { fontSize: "0.75rem", marginTop: 6 },
      },
    },
    Button: { defaultProps: { size: "sm" } },
    Tooltip: { defaultProps: { withArrow: true, openDelay: 150, multiline: true, maw: 320 } },
    Menu: { defaultProps: { shadow: "md", transitionProps: { duration: 120 } } },
    Modal: {
      defaultProps: { radius: 8, centered: true, transitionProps: { duration: 140 } },
      styles: overlay,
    },
    Drawer: { defaultProps: { transitionProps: { duration: 160 } }, styles: overlay },
  },
});
