export type { CallOptions } from './call-options.ts'
export type { Capabilities, Durability } from './capabilities.ts'
export type { Check, Commit, Delete, Put, Quota, Usage } from './commit.ts'
export { ChangeSignal, type ChangeSignalOptions } from './change-signal.ts'
export { checkCommit } from './check-commit.ts'
export { clampRange } from './clamp-range.ts'
export { compareKeys } from './compare-keys.ts'
export { type Cursor, decodeCursor, encodeCursor } from './cursor.ts'
export { decodeJson } from './decode-json.ts'
export { describeValue } from './describe-value.ts'
export {
  bodyFailed,
  fitsQuota,
  getTooLarge,
  quotaExceeded,
  unsupported,
  versionMismatch,
} from './driver-errors.ts'
export { encodeJson, formatPath, type JsonValue } from './encode-json.ts'
export { endableGenerator } from './endable-generator.ts'
export { entryBytes } from './entry-bytes.ts'
export type { ByteRange, EntryStream, StreamPut } from './entry-stream.ts'
export type { Clock, Entry, EntryMetadata, EpochMs } from './entry.ts'
export { type ErrorCode, errorCodes, type ErrorNature } from './error-codes.ts'
export { type ErrorContext, HoldfastError, type HoldfastErrorOptions } from './holdfast-error.ts'
export { isHoldfastError } from './is-holdfast-error.ts'
export { iterateUntilAborted } from './iterate-until-aborted.ts'
export { keyPrefixEnd } from './key-prefix-end.ts'
export { limits } from './limits.ts'
export type {
  ListedEntry,
  ListPage,
  ListQuery,
  ScopesPage,
  ScopesQuery,
  ScopeUsage,
} from './list-query.ts'
export { manageDriver } from './manage-driver.ts'
export { MisuseError } from './misuse-error.ts'
export { type PendingWrite, PendingWrites, type WrittenKeys } from './pending-writes.ts'
export { parsePersistentStoreKey } from './persistent-store-key.ts'
export { parsePluginId, type PluginId } from './plugin-id.ts'
export { quoteOrDescribe } from './quote-or-describe.ts'
export { rechunk } from './rechunk.ts'
export { type PluginScope, type Scope, type StoreName, storeNames } from './scope.ts'
export { abortedError, outcomeUnknown } from './settle-call.ts'
export type { StorageDriver } from './storage-driver.ts'
export { parseKeyPrefix, parseStorageKey, type StorageKey } from './storage-key.ts'
export { utf8Length } from './utf8-length.ts'
export { mintVersion, parseVersion, type Version } from './version.ts'
export { watchEntries, type WatchedChanges, type WatchedEntries } from './watch-entries.ts'
export { withinQuota } from './within-quota.ts'
export { parseWorkspaceId, type WorkspaceId } from './workspace-id.ts'
