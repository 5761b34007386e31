import { Button, CloseButton } from "@mantine/core";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { strings } from "../../strings";
import classes from "./FacetSheet.module.css";

/** The facets from the lower edge of a small screen; the browser's own dialog keeps the focus inside and ends by Escape. */
export function FacetSheet({ open, onClose, children }: { open: boolean; onClose: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    // Escape and the buttons do by key what a touch beside the sheet does.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog ref={dialog} className={classes.sheet} aria-labelledby={id} onClose={onClose} onClick={(event) => { if (event.target === dialog.current) onClose(); }}>
      {open && <div className={classes.inner}>
        <header className={classes.head}>
          <h2 id={id} className={classes.title}>{strings.search.facets.title}</h2>
          <CloseButton size="lg" aria-label={strings.app.close} onClick={onClose} />
        </header>
        <div className={classes.body}>{children}</div>
        <footer className={classes.foot}><Button fullWidth size="md" onClick={onClose}>{strings.search.facets.show}</Button></footer>
      </div>}
    </dialog>
  );
}
