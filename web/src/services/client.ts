/** The one door to the server: typed by the contract, same origin only. */
import createClient from "openapi-fetch";
import type { components, paths } from "./schema";
import { ApiError } from "./errors";

export type Schemas = components["schemas"];

export const apiRoot = "/api/v1";

export const client = createClient<paths>({ baseUrl: apiRoot, credentials: "same-origin" });

type SignedOutListener = () => void;
const signedOutListeners = new Set<SignedOutListener>();

/** Calls `listener` whenever the server says that nobody is signed in any more. Returns how to stop. */
export function onSignedOut(listener: SignedOutListener): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer's data, or an ApiError that carries the server's sentence for the person. */
export async function unwrap<T>(call: Promise<Answer<T>>, options: { signIn?: boolean } = {}): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw ApiError.offline(cause);
  }
  if (answer.response.ok) return answer.data as T;
  const error = ApiError.fromResponse(answer.response, answer.error);
  if (error.status === 401 && !options.signIn) signedOutListeners.forEach((listener) => { listener(); });
  throw error;
}
