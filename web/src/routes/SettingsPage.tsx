import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useNavigate } from "react-router";
import { PageHead } from "../components/PageHead";
import { Appearance } from "../components/settings/Appearance";
import { LanguageChoice } from "../components/settings/LanguageChoice";
import { Models } from "../components/settings/Models";
import { Searches } from "../components/settings/Searches";
import { Sessions } from "../components/settings/Sessions";
import { Vanished } from "../components/settings/Vanished";
import { useSession } from "../stores/session";
import { strings } from "../strings";
import classes from "../components/activity/Activity.module.css";

export function SettingsPage() {
  const { state, signOut } = useSession();
  const navigate = useNavigate();
  const words = strings.settings;
  const leave = async () => {
    try {
      await signOut();
    } finally {
      void navigate("/sign-in");
    }
  };
  return (
    <>
      <PageHead title={words.title} />
      <Stack gap="md">
        <section className={classes.card} aria-labelledby="appearance-title">
          <Title order={2} id="appearance-title" mb="sm">{words.appearance}</Title>
          <Appearance />
        </section>
        <section className={classes.card} aria-labelledby="language-title">
          <Title order={2} id="language-title" mb="sm">{words.language}</Title>
          <LanguageChoice />
        </section>
        <Searches />
        {state?.user?.is_owner && <Models />}
        <section className={classes.card} aria-labelledby="account-title">
          <Group justify="space-between">
            <div>
              <Title order={2} id="account-title">{words.account}</Title>
              <Text c="dimmed">{words.signedInAs(state?.user?.name ?? "")}{state?.user?.is_owner && ` · ${words.owner}`}</Text>
            </div>
            <Button variant="default" onClick={() => void leave()}>{words.signOut}</Button>
          </Group>
        </section>
        {state?.user?.is_owner && <Vanished />}
        <Sessions onEndedOwn={() => void leave()} />
        <section className={classes.card} aria-labelledby="about-title">
          <Title order={2} id="about-title">{words.about}</Title>
          <Text mt="xs">{words.version(state?.version ?? "")}. {words.licence}</Text>
          <Text c="dimmed">{words.promise}</Text>
        </section>
      </Stack>
    </>
  );
}
