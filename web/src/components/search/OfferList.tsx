import { IconX } from "@tabler/icons-react";
import type { ComponentType } from "react";
import { useLayoutEffect, useRef } from "react";
import { strings } from "../../strings";
import classes from "./OfferList.module.css";

/** A line of the list below the search field. */
export interface Offer {
  key: string;
  Icon: ComponentType<{ size: number; stroke: number; "aria-hidden": "true"; className?: string | undefined }>;
  text: string;
  /** How much of the text is typed already. */
  typedLength?: number;
  /** What it is or does; may be empty. */
  hint: string;
  choose: () => void;
  /** Takes it from the list for good: by the Delete key, or by its cross. */
  remove?: () => void;
}

interface Props {
  id: string;
  label: string;
  offers: readonly Offer[];
  active: number;
  onActive: (index: number) => void;
  onChoose: (index: number) => void;
  onRemove: (index: number) => void;
}

export const offerId = (id: string, index: number) => `${id}-${String(index)}`;

export function OfferList({ id, label, offers, active, onActive, onChoose, onRemove }: Props) {
  const list = useRef<HTMLUListElement>(null);
  useLayoutEffect(() => { list.current?.children[active]?.scrollIntoView({ block: "nearest" }); }, [active]);
  return (
    <ul ref={list} id={id} role="listbox" aria-label={label} className={classes.list} onMouseDown={(event) => { event.preventDefault(); }}>
      {offers.map(({ key, Icon, text, typedLength = 0, hint, remove }, index) => (
        // The field above holds the focus and the keys (useCombobox).
        // eslint-disable-next-line jsx-a11y/click-events-have-key-events
        <li
          key={key}
          id={offerId(id, index)}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          className={classes.offer}
          onMouseMove={() => { if (index !== active) onActive(index); }}
          onClick={() => { onChoose(index); }}
        >
          <Icon size={17} stroke={1.8} className={classes.icon} aria-hidden="true" />
          <bdi className={classes.text}>
            {typedLength > 0 ? <><span className={classes.typed}>{text.slice(0, typedLength)}</span>{text.slice(typedLength)}</> : text}
          </bdi>
          {hint !== "" && <span className={classes.hint}>{hint}</span>}
          {remove && (
            // For the mouse and the finger; an option holds no control of its own.
            <span className={classes.remove} title={strings.searches.forget} aria-hidden="true" onClick={(event) => { event.stopPropagation(); onRemove(index); }}>
              <IconX size={15} stroke={1.8} />
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
