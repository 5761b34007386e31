import { cpSync, createReadStream, existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const here = path.dirname(fileURLToPath(import.meta.url));
const pdfjs = path.join(here, "node_modules/pdfjs-dist");
/** What PDF.js fetches while it draws: CMaps, standard fonts, and the decoder that needs no WebAssembly. */
const pdfjsFolders = ["cmaps", "standard_fonts", "wasm"];

/** Serves PDF.js's data files in development and copies them into the build: nothing is ever fetched from elsewhere. */
function pdfjsData(): Plugin {
  return {
    name: "alcove-pdfjs-data",
    configureServer(server) {
      server.middlewares.use("/pdfjs/", (request, response, next) => {
        const name = decodeURIComponent((request.url ?? "").split("?")[0] ?? "").replace(/^\/+/, "");
        const file = path.join(pdfjs, name);
        const allowed = pdfjsFolders.some((folder) => file.startsWith(path.join(pdfjs, folder) + path.sep));
        if (!allowed || !existsSync(file) || !statSync(file).isFile()) return next();
        if (file.endsWith(".js")) response.setHeader("Content-Type", "text/javascript");
        createReadStream(file).pipe(response);
      });
    },
    writeBundle(options) {
      for (const folder of pdfjsFolders) {
        cpSync(path.join(pdfjs, folder), path.join(options.dir ?? "dist", "pdfjs", folder), {
          recursive: true,
          // WebAssembly is not allowed by our content security policy and therefore not shipped.
          filter: (source) => !source.endsWith(".wasm"),
        });
      }
    },
  };
}

export default defineConfig(async ({ command, mode }) => ({
  plugins: [
    react(),
    pdfjsData(),
    ...(command === "serve" && mode === "development" && !process.env.ALCOVE_SERVER
      ? [(await import("./dev/mock.ts")).mockServer()]
      : []),
  ],
  server: {
    host: "127.0.0.1",
    // With ALCOVE_SERVER=http://127.0.0.1:8420 the page is developed against a real server.
    ...(process.env.ALCOVE_SERVER
      ? { proxy: { "/api": { target: process.env.ALCOVE_SERVER, headers: { origin: process.env.ALCOVE_SERVER } } } }
      : {}),
  },
  build: {
    target: ["chrome123", "firefox121", "safari17.5"],
    // Data URLs are allowed for pictures only; everything else stays a file.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    manifest: true,
    chunkSizeWarningLimit: 1500,
  },
  test: { environment: "node", include: ["src/**/*.test.ts", "tools/**/*.test.ts"] },
}));
