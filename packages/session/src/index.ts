export {
  type EntryMetadata,
  type ErrorCode,
  HoldfastError,
  isHoldfastError,
  type JsonValue,
  MisuseError,
  type Version,
} from '@holdfast/core'
export type {
  AtomicChange,
  AtomicPersistentStore,
  AtomicResult,
  AtomicStorage,
} from './atomic-change.ts'
export type { AttemptStore } from './attempt-store.ts'
export type { ByteSource } from './byte-source.ts'
export type { Bytes } from './bytes.ts'
export { definePlugin, type PluginOptions } from './define-plugin.ts'
export { Endpoint, type EndpointClass, type PathParameters } from './endpoint.ts'
export { attempt_store, persistent_store } from './invocation-stores.ts'
export type { JsonCompatible, JsonInput } from './json-compatible.ts'
export type { JsonEntry } from './json-entry.ts'
export type { JsonObject } from './json-object.ts'
export type {
  BlobMessage,
  ImageMessage,
  JsonMessage,
  LinkMessage,
  LogLevel,
  LogMessage,
  Message,
  ProgressMessage,
  TextMessage,
  VariableMessage,
} from './message.ts'
export type { ParametersOf } from './parameters-of.ts'
export type { PersistentStore, WatchedJson } from './persistent-store.ts'
export type { PluginDefinition } from './plugin-definition.ts'
export type {
  SessionStorage,
  StorageEntry,
  StorageStream,
  WatchedEntries,
  WatchedEntry,
} from './session-storage.ts'
export type { Session } from './session.ts'
export type {
  DeleteOptions,
  Entries,
  KeysOptions,
  ListOptions,
  Page,
  SetBytesOptions,
  SetManyOptions,
  SetOptions,
  StreamOptions,
  UpdateBytesOptions,
  UpdateOptions,
  WatchOptions,
} from './store-options.ts'
export type {
  Migrate,
  Migration,
  StoredInput,
  StoreSchemas,
  TypedEntries,
  TypedMap,
  TypedStore,
  WatchedTyped,
} from './typed-store.ts'
export { Tool, type ToolClass, type ToolOutput } from './tool.ts'
