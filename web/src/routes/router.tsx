import { createBrowserRouter, Navigate, type RouteObject } from "react-router";
import { CrashPage } from "../components/CrashPage";
import { Frame, Waiting } from "../components/Frame";
import { NotFound } from "../components/NotFound";
import { SearchPage } from "./SearchPage";
import { SetupPage } from "./SetupPage";
import { SignInPage } from "./SignInPage";

/** Pages beyond the start page are fetched when they are first opened. */
const routes: RouteObject[] = [
  { path: "/setup", element: <SetupPage />, errorElement: <CrashPage /> },
  { path: "/sign-in", element: <SignInPage />, errorElement: <CrashPage /> },
  {
    element: <Frame />,
    hydrateFallbackElement: <Waiting />,
    errorElement: <CrashPage />,
    // Around each page, so that the navigation stays when one fails.
    children: [
      {
        errorElement: <CrashPage within="frame" />,
        children: [
          { path: "/", element: <SearchPage /> },
          { path: "/search", element: <Navigate to="/" replace /> },
          { path: "/file/:id", lazy: async () => ({ Component: (await import("./ViewerPage")).ViewerPage }) },
          { path: "/libraries", lazy: async () => ({ Component: (await import("./LibrariesPage")).LibrariesPage }) },
          { path: "/libraries/:id", lazy: async () => ({ Component: (await import("./FolderPage")).FolderPage }) },
          { path: "/activity", lazy: async () => ({ Component: (await import("./ActivityPage")).ActivityPage }) },
          { path: "/settings", lazy: async () => ({ Component: (await import("./SettingsPage")).SettingsPage }) },
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
];

export const router = createBrowserRouter(routes);
