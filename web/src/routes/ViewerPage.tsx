import { useParams, useSearchParams } from "react-router";
import { NotFound } from "../components/NotFound";
import { Viewer } from "../components/viewer/Viewer";
import { readNumber, readSearch } from "../format/address";
import { strings } from "../strings";

export function ViewerPage() {
  const { id } = useParams();
  const [parameters] = useSearchParams();
  const file = readNumber(id, 1);
  if (file === undefined) return <NotFound title={strings.viewer.notFoundTitle} text={strings.viewer.notFound} />;
  return <Viewer key={file} file={file} passage={readNumber(parameters.get("passage"), 0)} search={readSearch(parameters)} />;
}
