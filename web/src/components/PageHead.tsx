import { Box, Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { usePageTitle } from "./usePageTitle";

export function PageHead({ title, intro, actions }: { title: string; intro?: string; actions?: ReactNode }) {
  usePageTitle(title);
  return (
    <Group justify="space-between" align="flex-end" mb="lg" gap="md">
      <Box>
        <Title order={1}>{title}</Title>
        {intro && <Text c="dimmed" mt={4}>{intro}</Text>}
      </Box>
      {actions}
    </Group>
  );
}
