import { Alert, Code, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { lacksModel, useStatus } from "../../stores/status";
import { strings } from "../../strings";

/** Says that and why meaning is not searched, and what helps; nothing while all is well. */
export function ModelNotice() {
  const status = useStatus((store) => store.status);
  if (!status || !lacksModel(status)) return null;
  const words = strings.search;
  return (
    <Alert variant="light" color="yellow" icon={<IconInfoCircle aria-hidden="true" />} title={words.lacksModelTitle} role="note" mb="md">
      <Text fz="sm">{status.model.note.includes("models install") ? words.lacksModel : strings.activity.modelNote(status.model.note) || status.model.note}</Text>
      <Text fz="sm" mt={4}>{words.lacksModelHelp} <Code>{words.lacksModelCommand}</Code></Text>
    </Alert>
  );
}
