/**
 * What a caller may do about an error: `retry` it unchanged after a pause, or take it as `final`
 * until something else changes (its input, the plugin, the store).
 */
export type ErrorNature = 'retry' | 'final'

/**
 * Every code that an error of Holdfast can carry, with its nature. Codes are stable: programs may
 * compare them. Messages are for people and may change. Each code has its heading in docs/errors.md.
 */
export const errorCodes = {
  // What the caller gave
  INVALID_KEY: 'final',
  INVALID_WORKSPACE_ID: 'final',
  INVALID_PLUGIN_ID: 'final',
  INVALID_ARGUMENT: 'final',
  INVALID_CURSOR: 'final',
  INVALID_JSON_VALUE: 'final',
  INVALID_VALUE: 'final',
  WRONG_TYPE: 'final',
  VALUE_TOO_LARGE: 'final',
  BODY_FAILED: 'final',
  COMMIT_TOO_LARGE: 'final',

  // What the store holds
  VERSION_MISMATCH: 'final',
  QUOTA_EXCEEDED: 'final',
  STORED_VALUE_NOT_JSON: 'final',
  STORED_VALUE_INVALID: 'final',
  NOT_A_NUMBER: 'final',
  CONTENTION: 'retry',

  // How the call went
  ABORTED: 'final',
  DEADLINE_EXCEEDED: 'retry',
  OUTCOME_UNKNOWN: 'final',
  UNSUPPORTED: 'final',
  DRIVER_NOT_OPEN: 'final',
  DRIVER_CLOSED: 'final',
  DRIVER_FAILURE: 'final',

  // What the store itself suffers
  STORE_UNAVAILABLE: 'retry',
  STORE_BUSY: 'retry',
  STORE_FULL: 'retry',
  UPLOAD_EXPIRED: 'retry',
  STORE_CORRUPT: 'final',
  STORE_NOT_HOLDFAST: 'final',
  STORE_TOO_NEW: 'final',
  STORE_IS_DIRECTORY: 'final',
  STORE_READ_ONLY: 'final',
  STORE_PARENT_MISSING: 'final',
  STORE_NOT_FOUND: 'final',
  STORE_ACCESS_DENIED: 'final',
  STORE_NOT_MIGRATED: 'final',
  STORE_NOT_PROTECTED: 'final',
  STORE_URL_INVALID: 'final',
  DRIVER_NOT_FOUND: 'final',

  // Invocations
  NO_INVOCATION: 'final',
  INVOCATION_CLOSED: 'final',
  INVALID_PARAMETERS: 'final',
  INVALID_MESSAGE: 'final',
  NESTED_UPDATE: 'final',
  TOOL_FAILED: 'final',
  ENDPOINT_FAILED: 'final',

  // Plugins
  PLUGIN_NOT_FOUND: 'final',
  TOOL_NOT_FOUND: 'final',
  ENDPOINT_NOT_FOUND: 'final',
  MANIFEST_INVALID: 'final',
  GRANT_INVALID: 'final',
  PLUGIN_LOAD_FAILED: 'final',
  BUILD_FAILED: 'final',
  SANDBOX_UNAVAILABLE: 'final',
  BUSY: 'retry',
  PLUGIN_CRASHED: 'retry',
  PLUGIN_OUT_OF_MEMORY: 'retry',
  PLUGIN_UNAVAILABLE: 'retry',
  PROTOCOL_VIOLATED: 'retry',
  MESSAGE_TOO_LARGE: 'final',

  // Runner
  MALFORMED_JSON: 'final',
  INPUT_NOT_READABLE: 'final',
  OUTPUT_NOT_WRITABLE: 'final',
  KEY_NOT_FOUND: 'final',
  USAGE: 'final',
  NODE_TOO_OLD: 'final',
  REQUEST_TOO_LARGE: 'final',
  UNAUTHORIZED: 'final',
  FORBIDDEN: 'final',
  ROUTE_NOT_FOUND: 'final',
  DRAINING: 'retry',
  INTERNAL: 'final',
} as const

/** A stable, comparable name of what went wrong. */
export type ErrorCode = keyof typeof errorCodes
