import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

/** Layers, downward only: routes → components → stores → services; format, strings and theme serve all of them. */
const layers = ["routes", "components", "stores", "services"];
const layerRules = layers.map((layer, index) => ({
  files: [`src/${layer}/**/*.{ts,tsx}`],
  rules: {
    "no-restricted-imports": [
      "error",
      {
        patterns: [
          ...(index > 0
            ? [{ group: layers.slice(0, index).map((above) => `**/${above}/**`), message: "Layers point downward only." }]
            : []),
          ...(layer === "services"
            ? []
            : [{ group: ["openapi-fetch", "pdfjs-dist", "pdfjs-dist/**"], message: "Only services talk to the outside." }]),
        ],
      },
    ],
  },
}));

export default tseslint.config(
  { ignores: ["dist/**", "node_modules/**", "src/services/schema.d.ts"] },
  ...tseslint.configs.strict,
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": reactHooks, "jsx-a11y": jsxA11y },
    rules: {
      ...reactHooks.configs.recommended.rules,
      ...jsxA11y.configs.recommended.rules,
      "@typescript-eslint/no-non-null-assertion": "error",
      "no-restricted-syntax": [
        "error",
        {
          selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']",
          message: "Contents of files are shown as text; markup never reaches our origin.",
        },
        {
          selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]",
          message: "Contents of files are shown as text; markup never reaches our origin.",
        },
      ],
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-console": "error",
    },
  },
  {
    files: ["src/{routes,components,stores,format,strings,theme}/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...["fetch", "XMLHttpRequest", "EventSource", "WebSocket"].map((name) => ({
          name,
          message: "All requests live in services.",
        })),
      ],
    },
  },
  ...layerRules,
);
