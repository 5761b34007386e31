import "@fontsource-variable/inter/index.css";
import "@mantine/core/styles.css";
import "./theme/global.css";
import { MantineProvider } from "@mantine/core";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router";
import { Language } from "./components/Language";
import { router } from "./routes/router";
import { theme, variables } from "./theme/theme";

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <Language><RouterProvider router={router} /></Language>
      </MantineProvider>
    </StrictMode>,
  );
}
