/** What lies inside an archive or a mailbox: folders to walk through, with sizes, states and reasons. */
import { Button, Center, Loader, Text } from "@mantine/core";
import { IconArrowUp } from "@tabler/icons-react";
import { useCallback, useMemo, useState } from "react";
import { Link, useNavigate } from "react-router";
import { fileAddress, type SearchAddress } from "../../format/address";
import { baseName, containerKind, membersNamed, membersOf, segments } from "../../format/parts";
import { bytes, count } from "../../format/quantity";
import { reasonText } from "../../format/reasons";
import { downloadUrl, type FileDetail, type FileRef, type Part } from "../../services/files";
import { membersMax, useMembers } from "../../stores/members";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import { EntryList, type Entry } from "../entries/EntryList";
import { ErrorState } from "../ErrorState";
import { MemberFilter } from "./MemberFilter";
import classes from "./ArchiveView.module.css";

interface Props {
  detail: FileDetail;
  reference: FileRef;
  /** The folder inside that is shown. */
  folder: string;
  search: SearchAddress;
  /** Path of the member that was searched for. */
  target: string | undefined;
}

export function ArchiveView({ detail, reference, folder, search, target }: Props) {
  const members = useMembers(reference, detail);
  const navigate = useNavigate();
  const words = strings.viewer;
  const [filter, setFilter] = useState("");
  const filtered = filter.trim() !== "";
  const inside = useMemo(() => membersOf(members.parts, folder), [members.parts, folder]);
  const at = useCallback((to: string) => fileAddress({ ...reference, folder: to, search }), [reference, search]);
  const names = segments(folder);
  const up = names.length === 0 ? undefined : at(names.slice(0, -1).join("/"));
  const entries = useMemo(() => filtered ? membersNamed(members.parts, filter).map((part) => memberEntry(part, reference.file, target, "anywhere")) : [
    ...inside.folders.map((one): Entry => ({
      key: `folder ${one.path}`, name: one.name, to: at(one.path), kind: "folder", type: "", size: one.size,
      note: [strings.viewer.members(one.count), one.problems > 0 && strings.viewer.withProblem(one.problems)].filter(Boolean).join(" · "),
    })),
    ...inside.files.map((part) => memberEntry(part, reference.file, target, "here")),
  ], [filtered, filter, members.parts, inside, at, reference.file, target]);

  const size = members.parts.reduce((sum, part) => sum + part.size, 0);
  const problems = members.parts.filter((part) => part.state === "problem").length;
  return (
    // The region scrolls, so the keyboard must reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroll} role="region" aria-label={words.document} tabIndex={0}>
      <div className={classes.inner}>
        <div className={classes.head}>
          <nav aria-label={words.insideArchive}>
            <ol className={classes.crumbs}>
              <li><Link to={at("")} aria-current={names.length === 0 ? "page" : undefined}><bdi>{detail.name}</bdi></Link></li>
              {names.map((name, index) => <li key={index}><Link to={at(names.slice(0, index + 1).join("/"))} aria-current={index === names.length - 1 ? "page" : undefined}><bdi>{name}</bdi></Link></li>)}
            </ol>
          </nav>
          <Text fz="sm" c="dimmed">
            {[containerKind(detail.type) === "mailbox" ? words.messages(detail.part_count) : words.members(detail.part_count), members.done && size > 0 && words.unpacked(bytes(size)), problems > 0 && words.withProblem(problems)].filter(Boolean).join(" · ")}
          </Text>
          {detail.part_count > 1 && <MemberFilter value={filter} onType={setFilter} />}
          {up !== undefined && !filtered && <Button component={Link} to={up} variant="default" size="compact-sm" leftSection={<IconArrowUp size={15} aria-hidden="true" />}>{words.up}</Button>}
        </div>
        {members.error !== undefined && <ErrorState error={members.error} onRetry={members.reload} />}
        {entries.length > 0 && (
          <EntryList key={filtered ? "/" : folder} label={words.insideArchive} count={entries.length} entry={(index) => entries[index]} view="list" focusFirst={!filtered} onUp={up === undefined ? undefined : () => { void navigate(up); }} />
        )}
        {!members.done && members.error === undefined && <Center p="md"><Loader size="sm" role="status" aria-label={words.loading} /></Center>}
        {members.done && detail.part_count > members.parts.length && <Text fz="sm" c="dimmed" mt="sm">{words.firstMembers(membersMax, detail.part_count)}</Text>}
        {members.done && entries.length === 0 && filtered && <EmptyState title={words.memberNone}>{words.memberNoneText}</EmptyState>}
        {members.done && entries.length === 0 && !filtered && (
          <EmptyState title={words.archiveEmptyTitle}>{detail.state === "ready" || names.length > 0 ? words.archiveEmpty : detail.state === "problem" ? words.problem : words.notReady}</EmptyState>
        )}
        <span className="alcove-hidden" role="status">{members.done ? strings.folder.entries(count(entries.length), entries.length) : ""}</span>
      </div>
    </div>
  );
}

/** `listed`: among the members of its folder, or of any. */
function memberEntry(part: Part, file: number, target: string | undefined, listed: "here" | "anywhere"): Entry {
  const folder = listed === "anywhere" ? segments(part.path).slice(0, -1).join(" / ") : "";
  const ref = { file, part: part.part };
  const unread = part.reason_code !== undefined;
  const problem = part.state === "problem";
  return {
    key: part.part, name: baseName(part.path), to: fileAddress(ref), kind: "file", type: part.type, ref, size: part.size, modified: part.modified, problem,
    state: part.state === "ready" ? "" : strings.fileStates[part.state],
    note: [folder, part.reason ? reasonText(part) : part.part_count > 0 ? strings.viewer.members(part.part_count) : ""].filter((text) => text !== "").join(" · ") || undefined,
    here: target !== undefined && segments(target).join("/") === segments(part.path).join("/"),
    ...(unread ? {} : { download: downloadUrl(ref) }),
  };
}
