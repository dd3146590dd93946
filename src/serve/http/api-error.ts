/** What a client is told when it gets no answer: a status, and the body that OpenAI's clients take apart. */
import { messageOf, TunesmithError } from '../../core/index.ts';

type ErrorType =
  | 'invalid_request_error'
  | 'authentication_error'
  | 'rate_limit_error'
  | 'timeout_error'
  | 'server_error';

interface ErrorDetails {
  /** Stable, for programs. */
  readonly code?: string;
  /** The field that is wrong, as in `messages[0].role`. */
  readonly param?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: ErrorType;
    readonly param: string | null;
    readonly code: string | null;
  };
}

export class ApiError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: ErrorBody;

  constructor(status: number, message: string, { code, param, headers = {} }: ErrorDetails = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.headers = headers;
    this.body = {
      error: { message, type: typeOf(status), param: param ?? null, code: code ?? null },
    };
  }
}

/** Refuses a request for what it says. */
export function badRequest(message: string, details?: ErrorDetails): ApiError {
  return new ApiError(400, message, details);
}

/**
 * What is told of whatever was thrown: mistakes in a request in their own words, mistakes of ours without any, as
 * they may speak of files and places.
 */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof TunesmithError && (error.code === 'config' || error.code === 'data')) {
    return badRequest(messageOf(error));
  }
  return new ApiError(500, 'the server failed; its log says more, under the request id', {
    code: 'internal_error',
  });
}

function typeOf(status: number): ErrorType {
  if (status === 401) return 'authentication_error';
  if (status === 429) return 'rate_limit_error';
  if (status === 408 || status === 504) return 'timeout_error';
  return status >= 500 ? 'server_error' : 'invalid_request_error';
}
