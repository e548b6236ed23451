/**
 * Every bound of the contract, in one place. Units are in the names. A driver may promise less of
 * some of them in its {@link Capabilities}, never more.
 */
export const limits = {
  /** Longest key, in bytes of UTF-8. */
  maxKeyBytes: 512,
  /** Longest workspace id, in characters. */
  maxWorkspaceIdLength: 64,
  /** Longest plugin id, in characters. */
  maxPluginIdLength: 64,
  /** Largest value given or taken whole: 64 MiB, in bytes. What is larger travels as a stream. */
  maxValueBytes: 67_108_864,
  /** Most puts and deletes of one commit, together, and most checks. */
  maxCommitEntries: 1_000,
  /** Largest sum of the values of one commit: 64 MiB, in bytes. */
  maxCommitBytes: 67_108_864,
  /** Most keys of one `get`. */
  maxGetKeys: 1_000,
  /** Largest sum of the values of one `get`: 64 MiB, in bytes. */
  maxGetBytes: 67_108_864,
  /** Most entries of one page of a listing. */
  maxListLimit: 1_000,
  /** Entries of one page of a listing when the caller names no limit. */
  defaultListLimit: 100,
  /** A page that carries values ends early once they sum to this many bytes, 16 MiB. */
  maxListPageBytes: 16_777_216,
  /** Most keys of one watch. */
  maxWatchedKeys: 16,
  /** How long an upload is kept without a sign of life of its writer, in milliseconds. */
  uploadLeaseMs: 60_000,
  /** Deepest nesting of arrays and objects in a stored JSON value. */
  maxJsonDepth: 1_000,
  /** Longest content type, in characters. */
  maxContentTypeLength: 255,
  /** Quota of a plugin in a workspace whose manifest names none: 256 MiB, in bytes. */
  defaultQuotaBytes: 268_435_456,
} as const
