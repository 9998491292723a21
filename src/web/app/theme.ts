import { createTheme, type MantineColorsTuple } from "@mantine/core";

const grey = (lightness: readonly number[]): MantineColorsTuple => {
  const tones = lightness.map((l) => `hsl(240 8% ${l}%)`);
  const [a = "", b = "", c = "", d = "", e = "", f = "", g = "", h = "", i = "", j = ""] = tones;
  return [a, b, c, d, e, f, g, h, i, j];
};

/** Overlays and form fields come from the component library; their look from our tokens. */
export const theme = createTheme({
  fontFamily: "var(--font)",
  fontFamilyMonospace: "var(--mono)",
  fontSizes: { xs: "12px", sm: "13px", md: "14px", lg: "16px", xl: "20px" },
  defaultRadius: 6,
  primaryColor: "ink",
  primaryShade: { light: 9, dark: 1 },
  colors: { ink: grey([98, 93, 85, 72, 60, 48, 38, 28, 18, 11]) },
  respectReducedMotion: true,
  cursorType: "pointer",
  components: {
    Modal: { defaultProps: { transitionProps: { duration: 120, transition: "pop" } } },
    Menu: { defaultProps: { transitionProps: { duration: 100 }, shadow: "md" } },
    Popover: { defaultProps: { transitionProps: { duration: 100 }, shadow: "md" } },
    Tooltip: { defaultProps: { openDelay: 350, transitionProps: { duration: 80 } } },
    TextInput: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm" } },
    TagsInput: { defaultProps: { size: "sm" } },
    FileInput: { defaultProps: { size: "sm" } },
    NumberInput: { defaultProps: { size: "sm" } },
  },
});
