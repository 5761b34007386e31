import { useEffect } from "react";
import { strings } from "../strings";

/** Names the page in the browser's tab and history. */
export function usePageTitle(title: string): void {
  useEffect(() => { document.title = `${title} · ${strings.app.name}`; }, [title]);
}
