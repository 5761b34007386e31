import { Fragment } from "react";
import { Link } from "react-router";
import { fileAddress, folderAddress } from "../../format/address";
import { baseName, containersOf, segments } from "../../format/parts";
import { loadFile, type FileDetail, type FileRef } from "../../services/files";
import { useResource } from "../../stores/resource";
import { strings } from "../../strings";
import classes from "./Viewer.module.css";

interface Step { name: string; to: string }

/** Where a file or part lies: library, folders, and what it lies in, each a way there. */
export function Crumbs({ detail }: { detail: FileDetail }) {
  const around = useContainers(detail);
  const folders = detail.path.split("/").slice(0, -1);
  const steps: Step[] = [
    { name: detail.library, to: folderAddress(detail.library_id, "") },
    // A path that UTF-8 cannot carry has no address by its text.
    ...(detail.path_base64 === undefined ? folders.map((name, at) => ({ name, to: folderAddress(detail.library_id, folders.slice(0, at + 1).join("/")) })) : []),
  ];
  if (detail.part !== undefined) {
    steps.push({ name: baseName(detail.path), to: fileAddress({ file: detail.id }) });
    let before = "";
    for (const { ref, path } of around) {
      steps.push(...insideSteps(ref.outer, path.slice(before.length)), { name: baseName(path), to: fileAddress(ref.own) });
      before = `${path}/`;
    }
    steps.push(...insideSteps({ file: detail.id, part: around.at(-1)?.ref.own.part }, (detail.part_path ?? "").slice(before.length)));
  }
  return (
    <nav className={classes.path} aria-label={strings.viewer.where}>
      {steps.map((step, at) => (
        <Fragment key={step.to}>
          {at > 0 && <span aria-hidden="true"> › </span>}
          <Link to={step.to}><bdi>{step.name}</bdi></Link>
        </Fragment>
      ))}
    </nav>
  );
}

/** The folders of an archive on the way to a member. */
const insideSteps = (container: FileRef, path: string): Step[] => {
  const names = segments(path).slice(0, -1);
  return names.map((name, at) => ({ name, to: fileAddress({ ...container, folder: names.slice(0, at + 1).join("/") }) }));
};

interface Container { ref: { outer: FileRef; own: FileRef }; path: string }

const none: Container[] = [];

/** The containers between the file and the part, with their paths; nothing until they are known: the way is then shorter. */
function useContainers(detail: FileDetail): Container[] {
  const parts = containersOf(detail.part ?? "");
  const key = `${String(detail.id)} ${parts.join(" ")}`;
  const { data } = useResource(key, (signal) => Promise.all(parts.map(async (part, at) => {
    const found = await loadFile({ file: detail.id, part }, signal);
    return { ref: { outer: { file: detail.id, part: parts[at - 1] }, own: { file: detail.id, part } }, path: found.part_path ?? "" };
  })));
  return data ?? none;
}
