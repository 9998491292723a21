import "@fontsource-variable/inter/wght.css";
import "./app/tokens.css";
import "./app/base.css";
import "./app/controls.css";
import "./app/mantine.css";
import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { assert } from "#core/assert.ts";
import { listenToKeys } from "./app/hotkeys.ts";
import { listen } from "./app/live.ts";
import { queryClient } from "./app/queries.ts";
import { router } from "./app/router.tsx";
import { startSync } from "./app/sync.ts";
import { theme } from "./app/theme.ts";

listenToKeys();
startSync();
listen(queryClient);

const root = document.getElementById("root");
assert(root !== null, "index.html has a #root");
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
