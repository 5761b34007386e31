import { Button, Text } from "@mantine/core";
import { IconMapOff } from "@tabler/icons-react";
import { Link } from "react-router";
import { strings } from "../strings";
import { EmptyState } from "./EmptyState";
import { usePageTitle } from "./usePageTitle";

export function NotFound({ title = strings.app.notFoundTitle, text = strings.app.notFoundText }: { title?: string; text?: string }) {
  usePageTitle(title);
  return (
    <EmptyState title={title} icon={<IconMapOff size={40} stroke={1.4} aria-hidden="true" />}>
      <Text c="dimmed">{text}</Text>
      <Button component={Link} to="/" variant="default" mt="sm">{strings.app.toSearch}</Button>
    </EmptyState>
  );
}
