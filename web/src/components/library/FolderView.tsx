import { ActionIcon, Button, Group, Menu, SegmentedControl, Skeleton, Text } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp, IconFolderOpen, IconLayoutGrid, IconList, IconSearch, IconSelector } from "@tabler/icons-react";
import { useCallback, useEffect, useMemo } from "react";
import { Link, useNavigate } from "react-router";
import { fileAddress, folderAddress, inFilter, newSearch, searchAddress } from "../../format/address";
import { sortEntries, type Direction, type Order } from "../../format/order";
import { count } from "../../format/quantity";
import { problemText } from "../../format/reasons";
import { downloadUrl } from "../../services/files";
import type { File, Folder, Library } from "../../services/libraries";
import { useFolder } from "../../stores/folder";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import { EntryList, type Entry } from "../entries/EntryList";
import { ErrorState } from "../ErrorState";
import { PageHead } from "../PageHead";
import classes from "./FolderView.module.css";

interface Props {
  library: Library;
  path: string;
  pathBase64: string | undefined;
}

interface Look { view: "list" | "grid"; order: Order; direction: Direction }

const orders: Order[] = ["name", "modified", "size", "type"];

export function FolderView({ library, path, pathBase64 }: Props) {
  const folder = useFolder(library.id, path, pathBase64);
  const [look, setLook] = useLocalStorage<Look>({ key: "alcove-folder", defaultValue: { view: "list", order: "name", direction: "up" }, getInitialValueInEffect: false });
  const navigate = useNavigate();
  const words = strings.folder;
  // The server lists by name; any other order needs all entries.
  const own = look.order !== "name" || look.direction === "down";
  const { want, wantAll, folders, files, done } = folder;
  useEffect(() => { if (own) wantAll(); }, [own, wantAll]);
  const sorted = useMemo(() => (own ? sortEntries(files, look.order, look.direction, strings.locale) : files), [own, files, look.order, look.direction]);
  const sortedFolders = useMemo(() => (own && look.order === "name" ? [...folders].reverse() : folders), [own, folders, look.order]);
  const total = folders.length + files.length;
  const entry = useCallback((index: number): Entry | undefined => {
    const inner = sortedFolders[index];
    if (inner) return folderEntry(library.id, inner);
    const file = sorted[index - sortedFolders.length];
    return file && fileEntry(file);
  }, [library.id, sortedFolders, sorted]);
  const name = path === "" ? library.name : (path.split("/").at(-1) ?? path);
  const up = path === "" ? "/libraries" : folderAddress(library.id, path.split("/").slice(0, -1).join("/"));
  return (
    <>
      <Crumbs library={library} path={path} />
      <PageHead
        title={name}
        actions={<Button component={Link} to={searchAddress(newSearch(`${inFilter(library.name, path)} `))} variant="default" leftSection={<IconSearch size={16} aria-hidden="true" />}>{words.searchHere}</Button>}
      />
      {total > 0 && (
        <Group justify="space-between" mb="sm" gap="xs">
          <Text fz="sm" c="dimmed" role="status">{done ? words.entries(count(total), total) : words.entriesSoFar(count(total))}</Text>
          <Group gap="xs">
            <OrderMenu look={look} onChange={setLook} />
            <SegmentedControl
              size="xs"
              aria-label={words.view}
              value={look.view}
              onChange={(view) => { setLook({ ...look, view: view as Look["view"] }); }}
              data={[{ value: "list", label: <ViewLabel Icon={IconList} text={words.list} /> }, { value: "grid", label: <ViewLabel Icon={IconLayoutGrid} text={words.grid} /> }]}
            />
          </Group>
        </Group>
      )}
      {total > 0 && (
        <div className={classes.entries}><EntryList key={look.view} label={words.caption} count={total} entry={entry} view={look.view} onNear={want} onUp={() => { void navigate(up); }} focusFirst /></div>
      )}
      {folder.error !== undefined && <ErrorState error={folder.error} onRetry={folder.reload} />}
      {total === 0 && !done && folder.error === undefined && <Skeleton h={240} radius="lg" />}
      {total === 0 && done && <EmptyState title={words.emptyTitle} icon={<IconFolderOpen size={40} stroke={1.4} aria-hidden="true" />}>{words.empty}</EmptyState>}
    </>
  );
}

function ViewLabel({ Icon, text }: { Icon: typeof IconList; text: string }) {
  return <span className={classes.viewLabel}><Icon size={16} aria-hidden="true" /><span className="alcove-hidden">{text}</span></span>;
}

function OrderMenu({ look, onChange }: { look: Look; onChange: (look: Look) => void }) {
  const words = strings.folder;
  return (
    <Group gap={2}>
      <Menu position="bottom-end" withinPortal withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="subtle" color="gray" size="compact-sm" leftSection={<IconSelector size={15} aria-hidden="true" />} aria-label={words.orderBy(words.orders[look.order])}>{words.orders[look.order]}</Button>
        </Menu.Target>
        <Menu.Dropdown>
          {orders.map((order) => (
            <Menu.Item key={order} aria-current={order === look.order || undefined} fw={order === look.order ? 600 : undefined} onClick={() => { onChange({ ...look, order, direction: order === "modified" || order === "size" ? "down" : "up" }); }}>{words.orders[order]}</Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <ActionIcon variant="subtle" color="gray" aria-label={look.direction === "up" ? words.ascending : words.descending} onClick={() => { onChange({ ...look, direction: look.direction === "up" ? "down" : "up" }); }}>
        {look.direction === "up" ? <IconArrowUp size={16} /> : <IconArrowDown size={16} />}
      </ActionIcon>
    </Group>
  );
}

const folderEntry = (library: number, folder: Folder): Entry => ({
  key: folder.path_base64 ?? folder.path, name: folder.name, to: folderAddress(library, folder.path, folder.path_base64), kind: "folder", type: "",
});

const fileEntry = (file: File): Entry => ({
  key: String(file.id), name: file.name, to: fileAddress({ file: file.id }), kind: "file", type: file.type, ref: { file: file.id }, size: file.size, modified: file.modified,
  state: file.state === "ready" ? "" : strings.fileStates[file.state], problem: file.state === "problem", note: problemText(file) || undefined, download: downloadUrl({ file: file.id }),
});

function Crumbs({ library, path }: { library: Library; path: string }) {
  const parts = path === "" ? [] : path.split("/");
  return (
    <nav aria-label={strings.folder.root}>
      <ol className={classes.crumbs}>
        <li><Link to="/libraries">{strings.nav.libraries}</Link></li>
        {parts.length > 0 && <li><Link to={folderAddress(library.id, "")}><bdi>{library.name}</bdi></Link></li>}
        {parts.slice(0, -1).map((part, at) => {
          const upTo = parts.slice(0, at + 1).join("/");
          return <li key={upTo}><Link to={folderAddress(library.id, upTo)}><bdi>{part}</bdi></Link></li>;
        })}
      </ol>
    </nav>
  );
}
