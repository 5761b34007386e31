import { Fragment, useEffect, useSyncExternalStore, type ReactNode } from "react";
import { language, onLanguage } from "../strings";

/** Draws everything anew when the language is changed, and tells the browser which one it is. */
export function Language({ children }: { children: ReactNode }) {
  const current = useSyncExternalStore(onLanguage, language);
  useEffect(() => { document.documentElement.lang = current; }, [current]);
  return <Fragment key={current}>{children}</Fragment>;
}
