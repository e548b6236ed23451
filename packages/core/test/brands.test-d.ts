import { describe, expectTypeOf, test } from 'vitest'
import {
  type Cursor,
  encodeCursor,
  encodeJson,
  type ErrorCode,
  type HoldfastError,
  isHoldfastError,
  type JsonValue,
  type MisuseError,
  mintVersion,
  parsePersistentStoreKey,
  parsePluginId,
  parseStorageKey,
  parseWorkspaceId,
  type PluginId,
  type Scope,
  type StorageKey,
  type Version,
  type WorkspaceId,
} from '../src/index.ts'

describe('what is validated', () => {
  test('has a type that a plain string has not', () => {
    expectTypeOf<string>().not.toExtend<StorageKey>()
    expectTypeOf<string>().not.toExtend<WorkspaceId>()
    expectTypeOf<string>().not.toExtend<PluginId>()
    expectTypeOf<string>().not.toExtend<Version>()
    expectTypeOf<string>().not.toExtend<Cursor>()
    expectTypeOf<'notes'>().not.toExtend<PluginId>()
  })

  test('is a string still', () => {
    expectTypeOf<StorageKey | WorkspaceId | PluginId | Version | Cursor>().toExtend<string>()
  })

  test('is not taken for something else that is validated', () => {
    expectTypeOf<StorageKey>().not.toExtend<Version>()
    expectTypeOf<WorkspaceId>().not.toExtend<PluginId>()
    expectTypeOf<PluginId>().not.toExtend<WorkspaceId>()
    expectTypeOf<Version>().not.toExtend<StorageKey>()
    expectTypeOf<Cursor>().not.toExtend<StorageKey>()
  })

  test('comes from its parser', () => {
    expectTypeOf(parseStorageKey).returns.toEqualTypeOf<StorageKey>()
    expectTypeOf(parsePersistentStoreKey).returns.toEqualTypeOf<StorageKey>()
    expectTypeOf(parseWorkspaceId).returns.toEqualTypeOf<WorkspaceId>()
    expectTypeOf(parsePluginId).returns.toEqualTypeOf<PluginId>()
    expectTypeOf(mintVersion).returns.toEqualTypeOf<Version>()
    expectTypeOf(encodeCursor).returns.toEqualTypeOf<Cursor>()
  })

  test('is what a scope is made of', () => {
    expectTypeOf<{ workspace: string; plugin: string; store: 'storage' }>().not.toExtend<Scope>()
    expectTypeOf<{
      workspace: WorkspaceId
      plugin: PluginId
      store: 'storage'
    }>().toExtend<Scope>()
    expectTypeOf<{
      workspace: PluginId
      plugin: WorkspaceId
      store: 'storage'
    }>().not.toExtend<Scope>()
  })
})

describe('errors', () => {
  test('are narrowed to those with a code', () => {
    const error: unknown = new Error('e')
    if (!isHoldfastError(error)) return
    expectTypeOf(error).toEqualTypeOf<HoldfastError | MisuseError>()
    expectTypeOf(error.code).toEqualTypeOf<ErrorCode>()
  })

  test('have only codes of the list', () => {
    expectTypeOf<'NO_SUCH_CODE'>().not.toExtend<ErrorCode>()
  })
})

describe('JSON values', () => {
  test('are what JSON can say', () => {
    expectTypeOf<{ a: [1, 'b', null, { c: true }] }>().toExtend<JsonValue>()
    expectTypeOf<undefined>().not.toExtend<JsonValue>()
    expectTypeOf<Date>().not.toExtend<JsonValue>()
    expectTypeOf<bigint>().not.toExtend<JsonValue>()
    expectTypeOf<Map<string, string>>().not.toExtend<JsonValue>()
  })

  test('come from an encoder that checks what it is given', () => {
    expectTypeOf(encodeJson).parameter(0).toBeUnknown()
  })
})
