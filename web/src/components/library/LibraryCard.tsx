import { ActionIcon, Menu } from "@mantine/core";
import { IconDots, IconFolder, IconRefresh, IconShieldCheck, IconTrash } from "@tabler/icons-react";
import { Link } from "react-router";
import { folderAddress } from "../../format/address";
import { ago, bytes, count } from "../../format/quantity";
import { noticeText } from "../../format/reasons";
import type { Library } from "../../services/libraries";
import { strings } from "../../strings";
import classes from "./LibraryCard.module.css";

interface Props {
  library: Library;
  canChange: boolean;
  onRescan: (how: "changes" | "everything") => void;
  onRemove: () => void;
}

export function LibraryCard({ library, canChange, onRescan, onRemove }: Props) {
  const words = strings.libraries;
  const scanning = library.state === "scanning";
  // Before the first look after a start only the reason of the last run is known.
  const remark = library.note ? noticeText(library.note) : library.state === "missing" ? library.state_reason : "";
  return (
    <article className={classes.card} aria-label={library.name}>
      <span className={classes.icon}><IconFolder size={22} stroke={1.6} aria-hidden="true" /></span>
      <div className={classes.body}>
        <h2 className={classes.name}><Link to={folderAddress(library.id, "")}>{library.name}</Link></h2>
        <p className={classes.path} title={library.path}><bdi>{library.path}</bdi></p>
        <p className={classes.quiet}>{words.files(library.file_count)} · {bytes(library.size)} · {library.last_scan ? words.scanned(ago(library.last_scan)) : words.never}</p>
        <p className={classes.state}>
          <strong data-state={library.state}>{words.states[library.state]}</strong>
          {scanning && <span>{words.seen(library.entries_seen)}</span>}
          {library.files_unhashed > 0 && <span>{words.unread(library.files_unhashed)}</span>}
        </p>
        {library.files_unhashed > 0 && library.file_count > 0 && <ReadBar read={library.file_count - library.files_unhashed} total={library.file_count} name={library.name} />}
        {remark !== "" && <p className={classes.quiet}>{remark}</p>}
      </div>
      {canChange && (
        <Menu position="bottom-end" withinPortal withInitialFocusPlaceholder={false}>
          <Menu.Target>
            <ActionIcon variant="subtle" color="gray" size="lg" aria-label={words.actions(library.name)}><IconDots size={20} /></ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<IconRefresh size={16} />} onClick={() => { onRescan("changes"); }}>{words.rescan}</Menu.Item>
            <Menu.Item leftSection={<IconShieldCheck size={16} />} onClick={() => { onRescan("everything"); }}>{words.verify}</Menu.Item>
            <Menu.Divider />
            <Menu.Item color="var(--mantine-color-error)" leftSection={<IconTrash size={16} />} onClick={onRemove}>{words.remove}</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
    </article>
  );
}

function ReadBar({ read, total, name }: { read: number; total: number; name: string }) {
  const share = Math.max(0, Math.min(100, Math.floor((100 * read) / total)));
  return (
    <div className={classes.bar} role="progressbar" aria-label={strings.libraries.readOf(name)} aria-valuenow={share} aria-valuemin={0} aria-valuemax={100} aria-valuetext={strings.libraries.read(count(read), count(total))}>
      <div style={{ width: `${String(share)}%` }} />
    </div>
  );
}
