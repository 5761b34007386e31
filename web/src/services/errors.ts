/** What a request can end with, as the page shows it. */
export class ApiError extends Error {
  constructor(
    /** 0 when the server was not reached. */
    readonly status: number,
    readonly code: string,
    /** The server's sentence for the person; may be empty. */
    readonly detail: string,
    readonly field?: string,
    readonly retryAfterSeconds?: number,
    options?: ErrorOptions,
  ) {
    super(detail || code, options);
  }

  static offline(cause: unknown): ApiError {
    return new ApiError(0, "offline", "", undefined, undefined, { cause });
  }

  /** Reads RFC 9457; tolerates a body that is something else (a proxy's page). */
  static fromResponse(response: Response, body: unknown): ApiError {
    const problem = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
    const text = (value: unknown) => (typeof value === "string" ? value : undefined);
    const retryAfter = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
    return new ApiError(
      response.status,
      text(problem.code) ?? "internal",
      text(problem.detail) ?? text(problem.title) ?? "",
      text(problem.field),
      Number.isNaN(retryAfter) ? undefined : retryAfter,
    );
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
