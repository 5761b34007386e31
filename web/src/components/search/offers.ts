import { IconFileText, IconHeading, IconSearch } from "@tabler/icons-react";
import { wordsOfTitle } from "../../format/query";
import type { Suggestion } from "../../services/search";
import { strings } from "../../strings";
import type { Offer } from "./OfferList";

interface Actions {
  onComplete: (query: string) => void;
  onOpen: (file: number) => void;
}

const icons = { name: IconFileText, title: IconHeading, word: IconSearch };

/** The server's suggestions as lines: a name opens its file, titles and words complete the query. */
export function offersOf(suggestions: readonly Suggestion[], typed: string, { onComplete, onOpen }: Actions): Offer[] {
  return suggestions.map(({ kind, text, file_id: file }) => ({
    key: `${kind} ${text} ${String(file ?? "")}`,
    Icon: icons[kind],
    text,
    typedLength: kind === "word" && text.toLowerCase().startsWith(typed.toLowerCase()) ? typed.length : 0,
    hint: strings.search.suggestionHints[kind],
    choose: () => {
      if (file !== undefined) onOpen(file);
      else onComplete(kind === "title" ? wordsOfTitle(text) : text);
    },
  }));
}
