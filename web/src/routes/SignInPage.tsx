import { useEffect } from "react";
import { Navigate, useSearchParams } from "react-router";
import { ErrorState } from "../components/ErrorState";
import { SignedOutCard } from "../components/SignedOutCard";
import { SignInForm } from "../components/SignInForm";
import { safeNext } from "../format/address";
import { useSession } from "../stores/session";
import { strings } from "../strings";

export function SignInPage() {
  const { state, error, load } = useSession();
  const [parameters] = useSearchParams();
  useEffect(() => { if (!state) void load(); }, [state, load]);
  if (state?.setup_needed) return <Navigate to="/setup" replace />;
  if (state?.signed_in) return <Navigate to={safeNext(parameters.get("next"))} replace />;
  return (
    <SignedOutCard pageTitle={strings.signIn.pageTitle} title={strings.signIn.title} intro={strings.signIn.intro}>
      {!state && error !== undefined ? <ErrorState error={error} onRetry={() => void load()} /> : <SignInForm />}
    </SignedOutCard>
  );
}
