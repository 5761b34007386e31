/** What surrounds every page of a signed-in person: brand, navigation, progress, content. */
import { Center, Loader } from "@mantine/core";
import { IconActivity, IconFolders, IconSearch, IconSettings } from "@tabler/icons-react";
import { Suspense, useEffect } from "react";
import { Link, Navigate, NavLink, Outlet, useLocation, useNavigation } from "react-router";
import { useSession } from "../stores/session";
import { activeTasks, lacksModel, useStatus } from "../stores/status";
import { strings } from "../strings";
import { ErrorState } from "./ErrorState";
import { Logo } from "./Logo";
import classes from "./Frame.module.css";

const pages = [
  { to: "/", name: "search" as const, Icon: IconSearch },
  { to: "/libraries", name: "libraries" as const, Icon: IconFolders },
  { to: "/activity", name: "activity" as const, Icon: IconActivity },
  { to: "/settings", name: "settings" as const, Icon: IconSettings },
];

export function Frame() {
  const { state, error, load } = useSession();
  const location = useLocation();
  useEffect(() => { if (!state) void load(); }, [state, load]);
  if (!state && error !== undefined) {
    return <Center mih="100dvh" component="main"><ErrorState error={error} onRetry={() => void load()} /></Center>;
  }
  if (!state) return <Waiting />;
  if (state.setup_needed) return <Navigate to="/setup" replace />;
  if (!state.signed_in) {
    const next = location.pathname + location.search;
    return <Navigate to={next === "/" ? "/sign-in" : `/sign-in?next=${encodeURIComponent(next)}`} replace />;
  }
  return <SignedInFrame />;
}

function SignedInFrame() {
  const follow = useStatus((store) => store.follow);
  const { pathname } = useLocation();
  const navigation = useNavigation();
  useEffect(() => follow(), [follow]);
  return (
    <>
      <a className="alcove-skip" href="#content">{strings.app.skip}</a>
      <header className={classes.header}>
        <div className={classes.bar}>
          <Link to="/" className={classes.brand}><Logo /><span>{strings.app.name}</span></Link>
          <nav className={classes.nav} aria-label={strings.app.navigation}>
            {pages.map(({ to, name, Icon }) => (
              <NavLink key={to} to={to} end={to === "/"} className={classes.link ?? ""}>
                <Icon size={18} stroke={1.8} aria-hidden="true" />
                <span>{strings.nav[name]}</span>
              </NavLink>
            ))}
          </nav>
          <ProgressLink />
        </div>
      </header>
      <main id="content" tabIndex={-1} className={classes.main} data-wide={pathname.startsWith("/file/") || undefined} aria-busy={navigation.state === "loading"}>
        <Suspense fallback={<Waiting />}><Outlet /></Suspense>
      </main>
    </>
  );
}

export function Waiting() {
  return <Center mih="60dvh"><Loader role="status" aria-label={strings.app.loading} /></Center>;
}

function ProgressLink() {
  const status = useStatus((store) => store.status);
  const connection = useStatus((store) => store.connection);
  if (!status && connection !== "disconnected") return null;
  const open = status ? activeTasks(status) : 0;
  const state = connection === "disconnected" || !status ? "disconnected" : status.paused ? "paused" : open > 0 ? "working" : lacksModel(status) ? "lacking" : "idle";
  const text = {
    disconnected: strings.activity.disconnected,
    paused: strings.activity.paused,
    working: strings.activity.summary(open),
    lacking: strings.activity.modelNone,
    idle: strings.activity.idle,
  }[state];
  return (
    <Link to="/activity" className={classes.progress}>
      <span className={classes.dot} data-state={state} aria-hidden="true" />
      <span>{text}</span>
    </Link>
  );
}
