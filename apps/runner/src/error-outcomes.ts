import type { ErrorCode } from '@holdfast/core'

/** What the process of the `holdfast` command can end with. Stable: scripts may compare them. */
export const exitCodes = {
  success: 0,
  /** The call failed: the tool, its rules, a lost race, a quota. */
  failure: 1,
  /** What the caller gave is wrong: options, ids, keys, values, a manifest. */
  usage: 2,
  /** The store cannot be opened, read or written. */
  store: 3,
  /** There is no such plugin, tool, endpoint or key. */
  notFound: 4,
  /** Ctrl-C. */
  interrupted: 130,
  /** SIGTERM. */
  terminated: 143,
} as const

/** How an error reaches whoever called, outside of this program. */
export interface ErrorOutcome {
  /** Status of an HTTP response. */
  readonly status: number
  readonly exitCode: number
}

const wrongInput: ErrorOutcome = { status: 400, exitCode: exitCodes.usage }
const tooLarge: ErrorOutcome = { status: 413, exitCode: exitCodes.usage }
const notFound: ErrorOutcome = { status: 404, exitCode: exitCodes.notFound }
const conflict: ErrorOutcome = { status: 409, exitCode: exitCodes.failure }
const pluginFault: ErrorOutcome = { status: 500, exitCode: exitCodes.failure }
const pluginUnusable: ErrorOutcome = { status: 500, exitCode: exitCodes.usage }
const storeFault: ErrorOutcome = { status: 500, exitCode: exitCodes.store }
const storeAway: ErrorOutcome = { status: 503, exitCode: exitCodes.store }
const unavailable: ErrorOutcome = { status: 503, exitCode: exitCodes.failure }

/** The outcome of every code. */
export const errorOutcomes: Readonly<Record<ErrorCode, ErrorOutcome>> = {
  INVALID_KEY: wrongInput,
  INVALID_WORKSPACE_ID: wrongInput,
  INVALID_PLUGIN_ID: wrongInput,
  INVALID_ARGUMENT: wrongInput,
  INVALID_CURSOR: wrongInput,
  INVALID_JSON_VALUE: wrongInput,
  INVALID_VALUE: wrongInput,
  WRONG_TYPE: wrongInput,
  VALUE_TOO_LARGE: tooLarge,
  // What the plugin gave as a stream failed by itself: no input is to blame.
  BODY_FAILED: pluginFault,
  COMMIT_TOO_LARGE: tooLarge,

  VERSION_MISMATCH: conflict,
  // Not 507: that would be a fault of the server, and nothing but this plugin's share is full.
  QUOTA_EXCEEDED: { status: 413, exitCode: exitCodes.failure },
  STORED_VALUE_NOT_JSON: conflict,
  STORED_VALUE_INVALID: conflict,
  NOT_A_NUMBER: conflict,
  CONTENTION: unavailable,

  ABORTED: unavailable,
  DEADLINE_EXCEEDED: { status: 504, exitCode: exitCodes.failure },
  OUTCOME_UNKNOWN: storeFault,
  UNSUPPORTED: { status: 501, exitCode: exitCodes.failure },
  DRIVER_NOT_OPEN: storeFault,
  DRIVER_CLOSED: storeFault,
  DRIVER_FAILURE: storeFault,

  STORE_UNAVAILABLE: storeAway,
  STORE_BUSY: storeAway,
  STORE_FULL: { status: 507, exitCode: exitCodes.store },
  UPLOAD_EXPIRED: storeAway,
  STORE_CORRUPT: storeFault,
  STORE_NOT_HOLDFAST: storeFault,
  STORE_TOO_NEW: storeFault,
  STORE_IS_DIRECTORY: storeFault,
  STORE_READ_ONLY: storeFault,
  STORE_PARENT_MISSING: storeFault,
  STORE_NOT_FOUND: storeFault,
  STORE_ACCESS_DENIED: storeFault,
  STORE_NOT_MIGRATED: storeFault,
  STORE_NOT_PROTECTED: storeFault,
  STORE_URL_INVALID: { status: 500, exitCode: exitCodes.usage },
  DRIVER_NOT_FOUND: { status: 500, exitCode: exitCodes.usage },

  NO_INVOCATION: pluginFault,
  INVOCATION_CLOSED: pluginFault,
  INVALID_PARAMETERS: wrongInput,
  INVALID_MESSAGE: pluginFault,
  NESTED_UPDATE: pluginFault,
  TOOL_FAILED: pluginFault,
  ENDPOINT_FAILED: pluginFault,

  PLUGIN_NOT_FOUND: notFound,
  TOOL_NOT_FOUND: notFound,
  ENDPOINT_NOT_FOUND: notFound,
  MANIFEST_INVALID: pluginUnusable,
  GRANT_INVALID: pluginUnusable,
  PLUGIN_LOAD_FAILED: pluginUnusable,
  BUILD_FAILED: pluginUnusable,
  SANDBOX_UNAVAILABLE: pluginUnusable,
  BUSY: unavailable,
  PLUGIN_CRASHED: unavailable,
  PLUGIN_OUT_OF_MEMORY: unavailable,
  PLUGIN_UNAVAILABLE: unavailable,
  PROTOCOL_VIOLATED: unavailable,
  MESSAGE_TOO_LARGE: pluginFault,

  MALFORMED_JSON: wrongInput,
  INPUT_NOT_READABLE: wrongInput,
  OUTPUT_NOT_WRITABLE: wrongInput,
  KEY_NOT_FOUND: notFound,
  USAGE: wrongInput,
  NODE_TOO_OLD: { status: 500, exitCode: exitCodes.usage },
  REQUEST_TOO_LARGE: tooLarge,
  UNAUTHORIZED: { status: 401, exitCode: exitCodes.failure },
  FORBIDDEN: { status: 403, exitCode: exitCodes.failure },
  ROUTE_NOT_FOUND: notFound,
  DRAINING: unavailable,
  INTERNAL: { status: 500, exitCode: exitCodes.failure },
}
