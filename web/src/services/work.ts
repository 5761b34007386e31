import { apiRoot, client, unwrap, type Schemas } from "./client";

export type Status = Schemas["Status"];
export type ProblemItem = Schemas["ProblemItem"];
export type ProblemList = Schemas["ProblemList"];
export type Model = Schemas["Model"];
export type ModelList = Schemas["ModelList"];
export type TextSpace = Schemas["TextSpace"];
export type Worker = Schemas["Worker"];

export const loadStatus = (signal?: AbortSignal) => unwrap(client.GET("/status", { signal: signal ?? null }));
export const pauseWork = () => unwrap(client.POST("/work/pause"));
export const resumeWork = () => unwrap(client.POST("/work/resume"));
export type Vanished = Schemas["Vanished"];

export const loadVanished = (signal?: AbortSignal) => unwrap(client.GET("/vanished", { signal: signal ?? null }));
export const eraseVanished = () => unwrap(client.POST("/vanished/erase"));
export const retryFile = (id: number, part: string | undefined) => unwrap(client.POST("/files/{id}/retry", { params: { path: { id }, query: part === undefined ? {} : { part } } }));
export const retryWork = () => unwrap(client.POST("/work/retry"));
export const loadModels = (signal?: AbortSignal) => unwrap(client.GET("/models", { signal: signal ?? null }));
export const listModels = async (signal?: AbortSignal) => (await loadModels(signal)).models;
export const useModel = (name: string) => unwrap(client.POST("/models/{name}/use", { params: { path: { name } } }));
export const stopModelChange = () => unwrap(client.POST("/model-change/stop"));
export const discardKeptVectors = () => unwrap(client.POST("/model-change/discard"));
export const listProblems = (state: "failed" | "skipped", offset: number, limit: number, signal?: AbortSignal): Promise<ProblemList> =>
  unwrap(client.GET("/problems", { params: { query: { state, offset, limit } }, signal: signal ?? null }));

/** As many as a person can look through by their reasons; the newest come first. */
const problemsMax = 1000;

export async function loadProblems(state: "failed" | "skipped", signal?: AbortSignal): Promise<ProblemList> {
  let list = await listProblems(state, 0, 200, signal);
  while (list.more && list.problems.length < problemsMax) {
    const next = await listProblems(state, list.problems.length, 200, signal);
    if (next.problems.length === 0) break;
    list = { ...next, problems: [...list.problems, ...next.problems] };
  }
  return list;
}

export type Connection = "live" | "polling" | "disconnected";

/** Between two questions while the event stream is not there. */
const pollMs = 3000;
/** Between the end of the stream and the first question. */
const graceMs = 1000;
/** A broken stream is tried again after this long; polling goes on meanwhile. */
const reconnectMs = 15_000;

/**
 * Follows the server's status: by its event stream, and by asking while that is down. Exactly one of the two runs.
 * Returns how to stop.
 */
export function followStatus(onStatus: (status: Status) => void, onConnection: (connection: Connection) => void): () => void {
  let source: EventSource | undefined;
  let poll: ReturnType<typeof setTimeout> | undefined;
  let reconnect: ReturnType<typeof setTimeout> | undefined;
  const stopped = new AbortController();

  const ask = async () => {
    try {
      onStatus(await loadStatus(stopped.signal));
      if (!stopped.signal.aborted && source === undefined) onConnection("polling");
    } catch {
      if (!stopped.signal.aborted) onConnection("disconnected");
    }
    if (!stopped.signal.aborted && source === undefined) poll = setTimeout(() => void ask(), pollMs);
  };
  const fallBack = () => {
    source?.close();
    source = undefined;
    clearTimeout(poll);
    // Signing out and leaving the page end the stream, too: what follows is heard first.
    poll = setTimeout(() => void ask(), graceMs);
    clearTimeout(reconnect);
    reconnect = setTimeout(connect, reconnectMs);
  };
  const connect = () => {
    const stream = new EventSource(`${apiRoot}/events`);
    stream.addEventListener("open", () => {
      if (stopped.signal.aborted) return;
      source = stream;
      clearTimeout(poll);
      onConnection("live");
      // The stream tells of changes; where things stand is asked once.
      loadStatus(stopped.signal).then(onStatus, () => undefined);
    });
    stream.addEventListener("status", (event) => {
      try {
        onStatus(JSON.parse((event as MessageEvent<string>).data) as Status);
      } catch {
        // A torn event: the next one is complete again.
      }
    });
    stream.addEventListener("error", () => {
      stream.close();
      if (!stopped.signal.aborted) fallBack();
    });
    stopped.signal.addEventListener("abort", () => { stream.close(); });
  };
  connect();
  return () => {
    stopped.abort();
    clearTimeout(poll);
    clearTimeout(reconnect);
  };
}
