import { Loader } from "@mantine/core";
import { useParams, useSearchParams } from "react-router";
import { ErrorState } from "../components/ErrorState";
import { FolderView } from "../components/library/FolderView";
import { NotFound } from "../components/NotFound";
import { readNumber } from "../format/address";
import { ApiError } from "../services/errors";
import { loadLibrary } from "../services/libraries";
import { useResource } from "../stores/resource";
import { strings } from "../strings";

export function FolderPage() {
  const id = readNumber(useParams().id, 1);
  return id === undefined ? <NotFound /> : <LibraryFolder id={id} />;
}

function LibraryFolder({ id }: { id: number }) {
  const [parameters] = useSearchParams();
  const library = useResource(String(id), (signal) => loadLibrary(id, signal));
  if (library.error instanceof ApiError && library.error.status === 404) return <NotFound />;
  if (library.error !== undefined) return <ErrorState error={library.error} onRetry={library.reload} />;
  if (!library.data) return <Loader role="status" aria-label={strings.app.loading} />;
  const path = parameters.get("path") ?? "";
  const pathBase64 = parameters.get("path64") ?? undefined;
  return <FolderView key={`${path} ${pathBase64 ?? ""}`} library={library.data} path={path} pathBase64={pathBase64} />;
}
