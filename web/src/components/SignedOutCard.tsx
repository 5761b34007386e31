import { Box, Center, Group, Paper, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { strings } from "../strings";
import { Logo } from "./Logo";
import { usePageTitle } from "./usePageTitle";

/** The card in the middle of the set-up and sign-in pages. */
export function SignedOutCard({ pageTitle, title, intro, children }: { pageTitle: string; title: string; intro: string; children: ReactNode }) {
  usePageTitle(pageTitle);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Box w="100%" maw={420}>
        <Group gap="sm" mb="lg" justify="center"><Logo size={36} /><Text fw={650} fz="xl">{strings.app.name}</Text></Group>
        <Paper withBorder radius="lg" p={{ base: "lg", sm: "xl" }} bg="var(--alcove-surface)">
          <Title order={1} fz="1.4rem">{title}</Title>
          <Text c="dimmed" mt={6} mb="lg">{intro}</Text>
          {children}
        </Paper>
      </Box>
    </Center>
  );
}
