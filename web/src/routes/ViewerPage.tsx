import { useMemo } from "react";
import { useParams, useSearchParams } from "react-router";
import { NotFound } from "../components/NotFound";
import { Viewer } from "../components/viewer/Viewer";
import { readNumber, readPart, readSearch } from "../format/address";
import { refKey } from "../services/files";
import { strings } from "../strings";

export function ViewerPage() {
  const { id } = useParams();
  const [parameters] = useSearchParams();
  const file = readNumber(id, 1);
  const part = readPart(parameters.get("part"));
  const { query, mode, sort, asTyped } = readSearch(parameters);
  // The same objects for the same address: what hangs on them is not done anew at every drawing.
  const reference = useMemo(() => ({ file: file ?? 0, part }), [file, part]);
  const search = useMemo(() => ({ query, mode, sort, asTyped }), [query, mode, sort, asTyped]);
  if (file === undefined) return <NotFound title={strings.viewer.notFoundTitle} text={strings.viewer.notFound} />;
  return <Viewer key={refKey(reference)} reference={reference} folder={parameters.get("folder") ?? undefined} passage={readNumber(parameters.get("passage"), 0)} search={search} />;
}
