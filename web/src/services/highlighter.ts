/** Colours for source code: a grammar-based highlighter, loaded when the first code is shown. It makes a tree, never markup. */
import type { Lowlight } from "./grammars";

let library: Promise<Lowlight> | undefined;

export interface Token {
  text: string;
  /** "keyword", "string", "comment" …; empty for plain text. */
  kind: string;
}

/** Longer texts are shown plain: colours are worth no waiting. */
const lengthMax = 300_000;

/** What the server calls a language, where the highlighter has another name for it. */
const names: Record<string, string> = { html: "xml", svg: "xml", "c++": "cpp", "c#": "csharp", shell: "bash", sh: "bash", make: "makefile", ts: "typescript", js: "javascript", py: "python", tex: "latex", jsonl: "json", toml: "ini" };

/** The lines' tokens; nothing when the language is unknown or the text too long. */
export async function highlightLines(text: string, language: string): Promise<Token[][] | undefined> {
  if (text.length > lengthMax) return undefined;
  library ??= import("./grammars").then(({ makeHighlighter }) => makeHighlighter());
  const highlighter = await library;
  const known = names[language.toLowerCase()] ?? language.toLowerCase();
  if (!highlighter.registered(known)) return undefined;
  return linesOf(highlighter.highlight(known, text).children);
}

type Nodes = ReturnType<Lowlight["highlight"]>["children"];

/** The tree as flat tokens, cut at the ends of lines. */
function linesOf(nodes: Nodes): Token[][] {
  const lines: Token[][] = [[]];
  const walk = (children: Nodes, kind: string) => {
    for (const node of children) {
      if (node.type === "element") {
        const [name] = Array.isArray(node.properties.className) ? node.properties.className : [];
        walk(node.children, typeof name === "string" ? name.replace(/^hljs-/, "") : kind);
      } else if (node.type === "text") {
        node.value.split("\n").forEach((text, at) => {
          if (at > 0) lines.push([]);
          if (text !== "") lines.at(-1)?.push({ text, kind });
        });
      }
    }
  };
  walk(nodes, "");
  return lines;
}
