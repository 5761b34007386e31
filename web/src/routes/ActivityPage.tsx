import { Alert, Loader, Stack, Text } from "@mantine/core";
import { Machinery } from "../components/activity/Machinery";
import { Overview } from "../components/activity/Overview";
import { Problems } from "../components/activity/Problems";
import { StageTable } from "../components/activity/StageTable";
import { ErrorState } from "../components/ErrorState";
import { PageHead } from "../components/PageHead";
import { noticeText } from "../format/reasons";
import { ApiError } from "../services/errors";
import { useStatus } from "../stores/status";
import { strings } from "../strings";

export function ActivityPage() {
  const status = useStatus((store) => store.status);
  const connection = useStatus((store) => store.connection);
  const refresh = useStatus((store) => store.refresh);
  const words = strings.activity;
  return (
    <>
      <PageHead title={words.title} intro={words.intro} />
      {!status && connection !== "disconnected" && <Loader role="status" aria-label={strings.app.loading} />}
      {!status && connection === "disconnected" && <ErrorState error={ApiError.offline(undefined)} onRetry={() => void refresh()} />}
      {status && (
        <Stack gap="xl">
          {status.notices.length > 0 && <Alert variant="light" color="yellow" title={words.notices}>{status.notices.map((notice) => <Text key={notice.code + notice.message} fz="sm">{noticeText(notice)}</Text>)}</Alert>}
          <Overview status={status} connection={connection} />
          <StageTable status={status} />
          <Problems failed={status.tasks.failed} skipped={status.tasks.skipped} />
          <Machinery status={status} />
        </Stack>
      )}
    </>
  );
}
