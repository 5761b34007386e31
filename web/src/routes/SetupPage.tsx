import { Button, Code, Stack, Text } from "@mantine/core";
import { useEffect, useState } from "react";
import { Link, useLocation, useNavigate } from "react-router";
import { ErrorState } from "../components/ErrorState";
import { SetupForm } from "../components/SetupForm";
import { SignedOutCard } from "../components/SignedOutCard";
import { readSetupToken } from "../format/address";
import { useSession } from "../stores/session";
import { strings } from "../strings";

export function SetupPage() {
  const { state, error, load } = useSession();
  const navigate = useNavigate();
  const location = useLocation();
  // The token is read once and then leaves the address bar and the history.
  const [token] = useState(() => readSetupToken(location));
  useEffect(() => { if (!state) void load(); }, [state, load]);
  useEffect(() => {
    if (location.hash !== "" || location.search !== "") void navigate("/setup", { replace: true });
  }, [location, navigate]);
  const words = strings.setup;
  if (!state) {
    return (
      <SignedOutCard pageTitle={words.pageTitle} title={words.title} intro={words.intro}>
        {error !== undefined && <ErrorState error={error} onRetry={() => void load()} />}
      </SignedOutCard>
    );
  }
  if (!state.setup_needed) {
    return (
      <SignedOutCard pageTitle={words.pageTitle} title={words.doneTitle} intro={words.done}>
        <Button component={Link} to={state.signed_in ? "/" : "/sign-in"} fullWidth>{state.signed_in ? strings.app.toSearch : words.toSignIn}</Button>
      </SignedOutCard>
    );
  }
  if (token === "") {
    return (
      <SignedOutCard pageTitle={words.pageTitle} title={words.noTokenTitle} intro="">
        <Stack gap="sm"><Text>{words.noToken}</Text><Code block>{words.noTokenCommand}</Code></Stack>
      </SignedOutCard>
    );
  }
  return (
    <SignedOutCard pageTitle={words.pageTitle} title={words.title} intro={words.intro}>
      <SetupForm token={token} onDone={() => void navigate("/libraries", { replace: true })} />
    </SignedOutCard>
  );
}
