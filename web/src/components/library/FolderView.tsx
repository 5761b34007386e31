import { Button, Group, Skeleton, Text } from "@mantine/core";
import { IconFolder, IconSearch } from "@tabler/icons-react";
import { useState } from "react";
import { Link } from "react-router";
import { fileAddress, folderAddress, inFilter, searchAddress } from "../../format/address";
import { ago, bytes } from "../../format/quantity";
import { listFolder, type File, type FolderListing, type Library } from "../../services/libraries";
import { useResource } from "../../stores/resource";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import { ErrorState } from "../ErrorState";
import { FileIcon } from "../FileIcon";
import { PageHead } from "../PageHead";
import classes from "./FolderView.module.css";

interface Props {
  library: Library;
  path: string;
  pathBase64: string | undefined;
}

export function FolderView({ library, path, pathBase64 }: Props) {
  const first = useResource("first page", (signal) => listFolder({ library: library.id, path, pathBase64 }, signal));
  const [more, setMore] = useState<FolderListing[]>([]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const words = strings.folder;
  const pages = first.data ? [first.data, ...more] : [];
  const after = pages.at(-1)?.next_after;
  const folders = pages.flatMap((page) => page.folders);
  const files = pages.flatMap((page) => page.files);

  const loadMore = async () => {
    setBusy(true);
    setError(undefined);
    try {
      const next = await listFolder({ library: library.id, path, pathBase64, after });
      setMore((before) => [...before, next]);
    } catch (failure) {
      setError(failure);
    } finally {
      setBusy(false);
    }
  };
  const name = path === "" ? library.name : (path.split("/").at(-1) ?? path);
  const query = `${inFilter(library.name, path)} `;
  return (
    <>
      <Crumbs library={library} path={path} />
      <PageHead
        title={name}
        actions={<Button component={Link} to={searchAddress({ query, mode: "hybrid" })} variant="default" leftSection={<IconSearch size={16} aria-hidden="true" />}>{words.searchHere}</Button>}
      />
      {first.error !== undefined && <ErrorState error={first.error} onRetry={first.reload} />}
      {!first.data && first.error === undefined && <Skeleton h={240} radius="lg" />}
      {first.data && folders.length + files.length === 0 && <EmptyState title={name}>{words.empty}</EmptyState>}
      {folders.length + files.length > 0 && (
        <div className={classes.wrapper}>
          <table className={classes.table}>
            <caption className="alcove-hidden">{words.caption}</caption>
            <thead>
              <tr><th scope="col">{words.file}</th><th scope="col">{words.size}</th><th scope="col" className={classes.optional}>{words.modified}</th><th scope="col" className={classes.optional}>{words.state}</th></tr>
            </thead>
            <tbody>
              {folders.map((folder) => (
                <tr key={folder.path_base64 ?? folder.path}>
                  <td><Link className={classes.name} to={folderAddress(library.id, folder.path, folder.path_base64)}><IconFolder size={22} stroke={1.6} aria-label={words.folders} /><span>{folder.name}</span></Link></td>
                  <td /><td className={classes.optional} /><td className={classes.optional} />
                </tr>
              ))}
              {files.map((file) => <FileRow key={file.id} file={file} />)}
            </tbody>
          </table>
        </div>
      )}
      {error !== undefined && <ErrorState error={error} />}
      {after !== undefined && <Group justify="center" mt="md"><Button variant="default" loading={busy} onClick={() => void loadMore()}>{strings.app.more}</Button></Group>}
    </>
  );
}

function FileRow({ file }: { file: File }) {
  return (
    <tr>
      <td><Link className={classes.name} to={fileAddress({ file: file.id })}><FileIcon type={file.type} size={20} /><span>{file.name}</span></Link></td>
      <td className={classes.number}>{bytes(file.size)}</td>
      <td className={`${classes.number ?? ""} ${classes.optional ?? ""}`}>{ago(file.modified)}</td>
      <td className={classes.optional}>
        <Text span fz="sm" c={file.state === "problem" ? "red" : "dimmed"}>{strings.fileStates[file.state]}</Text>
        {file.problem && <Text fz="xs" c="dimmed">{file.problem}</Text>}
      </td>
    </tr>
  );
}

function Crumbs({ library, path }: { library: Library; path: string }) {
  const parts = path === "" ? [] : path.split("/");
  return (
    <nav aria-label={strings.folder.root}>
      <ol className={classes.crumbs}>
        <li><Link to="/libraries">{strings.nav.libraries}</Link></li>
        {parts.length > 0 && <li><Link to={folderAddress(library.id, "")}>{library.name}</Link></li>}
        {parts.slice(0, -1).map((part, at) => {
          const upTo = parts.slice(0, at + 1).join("/");
          return <li key={upTo}><Link to={folderAddress(library.id, upTo)}>{part}</Link></li>;
        })}
      </ol>
    </nav>
  );
}
