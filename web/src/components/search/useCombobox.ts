/** Keys of a field with a list of offers below it, as ARIA's combobox has them. The focus stays in the field. */
import { useState } from "react";

export interface Combobox {
  /** The offer that Enter would choose; -1 = none, and Enter is the field's own. */
  active: number;
  setActive: (index: number) => void;
  /** Whether the key was one of the list's. */
  onKey: (event: React.KeyboardEvent) => boolean;
}

interface Options {
  count: number;
  choose: (index: number) => void;
  /** Returns whether the offer is one that can be removed. */
  remove: (index: number) => boolean;
  close: () => void;
  /** Down from the last offer: what follows below the list. */
  onBeyond: () => void;
}

export function useCombobox({ count, choose, remove, close, onBeyond }: Options): Combobox {
  const [marked, setActive] = useState(-1);
  const active = marked < count ? marked : -1;

  const onKey = (event: React.KeyboardEvent): boolean => {
    if (count === 0) return false;
    switch (event.key) {
      case "ArrowDown":
        if (event.altKey) return false;
        if (active + 1 < count) {
          setActive(active + 1);
        } else {
          close();
          onBeyond();
        }
        break;
      case "ArrowUp":
        // With Alt the list is left without a choice.
        if (event.altKey) close();
        else setActive(active < 0 ? count - 1 : active - 1);
        break;
      case "Enter":
        if (active < 0) return false;
        choose(active);
        break;
      case "Delete":
        if (active < 0 || !remove(active)) return false;
        // The one that takes its place, or the last one.
        setActive(Math.min(active, count - 2));
        break;
      case "Escape":
        close();
        break;
      default:
        return false;
    }
    event.preventDefault();
    return true;
  };
  return { active, setActive, onKey };
}
