import { Button, Stack, Text } from "@mantine/core";
import { IconFolderPlus, IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import { useSearchParams } from "react-router";
import { EmptyState } from "../components/EmptyState";
import { ErrorState } from "../components/ErrorState";
import { AddLibrary } from "../components/library/AddLibrary";
import { LibraryCard } from "../components/library/LibraryCard";
import { RemoveLibrary } from "../components/library/RemoveLibrary";
import { PageHead } from "../components/PageHead";
import { listLibraries, rescanLibrary, type Library } from "../services/libraries";
import { useResource } from "../stores/resource";
import { useSession } from "../stores/session";
import { useStatus } from "../stores/status";
import { strings } from "../strings";

export function LibrariesPage() {
  const [parameters, setParameters] = useSearchParams();
  const loaded = useResource("libraries", listLibraries);
  const status = useStatus((store) => store.status);
  const refresh = useStatus((store) => store.refresh);
  const isOwner = useSession((store) => store.state?.user?.is_owner === true);
  const [removing, setRemoving] = useState<Library>();
  const [message, setMessage] = useState("");
  const [error, setError] = useState<unknown>();
  const words = strings.libraries;
  // The live status holds the same objects and is newer.
  const libraries = status?.libraries ?? loaded.data;
  const adding = parameters.has("add");
  const setAdding = (on: boolean) => { setParameters(on ? { add: "" } : {}, { replace: true }); };

  const changed = (text: string) => {
    setMessage(text);
    setError(undefined);
    loaded.reload();
    void refresh();
  };
  const rescan = async (library: Library, how: "changes" | "everything") => {
    try {
      await rescanLibrary(library.id, how === "everything");
      changed(words.rescanning(library.name));
    } catch (failure) {
      setError(failure);
    }
  };

  const addButton = isOwner && <Button leftSection={<IconPlus size={17} aria-hidden="true" />} onClick={() => { setAdding(true); }}>{words.add}</Button>;
  return (
    <>
      <PageHead title={words.title} intro={words.intro} actions={libraries && libraries.length > 0 ? addButton : undefined} />
      <p role="status" aria-live="polite" className={message === "" ? "alcove-hidden" : undefined}>{message}</p>
      {error !== undefined && <ErrorState error={error} />}
      {!libraries && loaded.error !== undefined && <ErrorState error={loaded.error} onRetry={loaded.reload} />}
      {libraries?.length === 0 && (
        <EmptyState title={words.emptyTitle} icon={<IconFolderPlus size={40} stroke={1.4} aria-hidden="true" />}>
          <Text c="dimmed">{isOwner ? words.empty : words.ownerOnly}</Text>
          {addButton}
        </EmptyState>
      )}
      <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: "none" }}>
        {libraries?.map((library) => (
          <li key={library.id}>
            <LibraryCard library={library} canChange={isOwner} onRescan={(how) => void rescan(library, how)} onRemove={() => { setRemoving(library); }} />
          </li>
        ))}
      </Stack>
      <AddLibrary opened={adding} onClose={() => { setAdding(false); }} onAdded={(library) => { setAdding(false); changed(words.added(library.name)); }} />
      <RemoveLibrary library={removing} onClose={() => { setRemoving(undefined); }} onRemoved={(library) => { setRemoving(undefined); changed(words.removed(library.name)); }} />
    </>
  );
}
