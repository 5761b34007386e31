import { Button } from "@mantine/core";
import { IconPhotoOff, IconZoomIn, IconZoomOut } from "@tabler/icons-react";
import { useState } from "react";
import { contentUrl, type FileRef } from "../../services/files";
import { strings } from "../../strings";
import { EmptyState } from "../EmptyState";
import classes from "./PictureView.module.css";

/** A picture as the browser draws it: fitted to the window, or pixel by pixel when it is larger. */
export function PictureView({ reference, name }: { reference: FileRef; name: string }) {
  const [failed, setFailed] = useState(false);
  const [whole, setWhole] = useState(true);
  /** Whether it is larger than the window, so that its own size shows more. */
  const [larger, setLarger] = useState(false);
  const words = strings.viewer;
  if (failed) return <EmptyState title={words.cannotRead} icon={<IconPhotoOff size={40} stroke={1.4} aria-hidden="true" />}>{words.pictureFailed}</EmptyState>;
  return (
    // The region scrolls, so the keyboard must reach it.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={classes.scroll} role="region" aria-label={words.document} tabIndex={0} data-whole={whole || undefined}>
      <img
        className={classes.picture}
        src={contentUrl(reference)}
        alt={name}
        decoding="async"
        onLoad={({ currentTarget: picture }) => { setLarger(picture.naturalWidth > picture.clientWidth || picture.naturalHeight > picture.clientHeight); }}
        onError={() => { setFailed(true); }}
      />
      {larger && (
        <Button className={classes.size ?? ""} variant="default" size="compact-md" leftSection={whole ? <IconZoomIn size={16} aria-hidden="true" /> : <IconZoomOut size={16} aria-hidden="true" />} onClick={() => { setWhole(!whole); }}>
          {whole ? words.actualSize : words.fitWindow}
        </Button>
      )}
    </div>
  );
}
