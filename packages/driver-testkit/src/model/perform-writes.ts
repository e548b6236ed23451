import type {
  Check,
  Commit,
  PluginScope,
  Put,
  Quota,
  Scope,
  StorageDriver,
  StorageKey,
  Usage,
  Version,
} from '@holdfast/core'
import { noise, utf8 } from '../bytes.ts'
import {
  describeBytes,
  describeKey,
  describeScope,
  describeUsage,
  told,
} from './describe-answer.ts'
import type { PlaceOfKey, QuotaPlan, WantedVersion, WrittenEntry } from './model-command.ts'
import type { Perform } from './model-step.ts'
import type { ModelWorld } from './model-world.ts'
import { sumOf } from './store-model.ts'

/** Commits to both stores of a plugin. The values are the driver's for no longer than the call. */
export const performCommit: Perform<'commit'> = async (action, driver, world) => {
  const { target } = action
  const checks = action.checks.map((check): Check => {
    const { store, key, wanted } = check
    return { store, key, version: versionOf({ ...target, store }, key, wanted, world) }
  })
  const puts = action.puts.map((put) => putOf(put, world))
  const deletes = action.deletes.map(({ store, key }) => ({ store, key }))
  const quota = quotaOf(action.quota, world.model.bytesAfter(target, { puts, deletes }))
  const commit = { checks, puts, deletes, quota }
  const parts = [
    ...checks.map((check) => `check ${place(check)} is ${check.version ?? 'absent'}`),
    ...puts.map((put) => `put ${place(put)} ${describePut(put, world)}`),
    ...deletes.map((gone) => `delete ${place(gone)}`),
    ...(quota === null ? [] : [`quota ${quota.maxBytes}`]),
  ]
  return {
    kind: 'commit',
    title: `commit to ${target.workspace}/${target.plugin}: ${parts.join('; ') || 'nothing'}`,
    expected: await told(
      () => world.model.commit(target, commit),
      () => 'done',
    ),
    got: await world.ask(
      () => commitViews(driver, target, commit, action.spoils),
      (isLeftAlone) => (isLeftAlone ? 'done' : 'done, and the buffer that was given is changed'),
    ),
  }
}

/**
 * Commits values that are views of a larger buffer. Returns whether the driver has left it as it
 * was, or has had to, since it was written over when the call had been made.
 */
async function commitViews(
  driver: StorageDriver,
  target: PluginScope,
  commit: Commit,
  spoils: boolean,
): Promise<boolean> {
  const puts = commit.puts.map((put) => {
    const buffer = new Uint8Array(put.value.length + 8)
    buffer.set(put.value, 4)
    return { ...put, value: buffer.subarray(4, -4) }
  })
  const call = driver.commit(target, { ...commit, puts })
  if (spoils) for (const { value } of puts) value.fill(0xee)
  await call
  return spoils || puts.every(({ value }, at) => isSame(value, commit.puts[at]?.value))
}

/** Writes a stream, whose pieces are all in one buffer. */
export const performUpload: Perform<'write a stream'> = async (action, driver, world) => {
  const { scope, key, wanted, fails } = action
  const put = putOf({ ...action, store: scope.store }, world)
  const { store: _, value, ...rest } = put
  const quota = quotaOf(action.quota, world.model.bytesAfter(scope, { puts: [put], deletes: [] }))
  const expected = wanted === null ? undefined : versionOf(scope, key, wanted, world)
  const parts = [
    `${describeKey(key)} ${describePut(put, world)} in pieces of ${action.pieceBytes}`,
    ...(expected === undefined ? [] : [`check it is ${expected ?? 'absent'}`]),
    ...(quota === null ? [] : [`quota ${quota.maxBytes}`]),
    ...(fails ? ['the body fails in the end'] : []),
  ]
  const body = bodyOf(value, action.pieceBytes, fails)
  const call = await world.ask(
    () => driver.writeStream(scope, { ...rest, expected, quota, body }),
    () => 'done',
  )
  // How much a stream would have needed is not known to who ends it early.
  const got = call.replace(/, neededBytes \d+$/, '')
  const checks = expected === undefined ? [] : [{ store: scope.store, key, version: expected }]
  const answer = async (): Promise<string> => {
    if (fails) return 'refused: BODY_FAILED'
    // What is too much by itself may be refused for that, whatever else is to be said of it.
    const tooMuch = `refused: QUOTA_EXCEEDED, maxBytes ${quota?.maxBytes}`
    if (got === tooMuch && world.model.isOverAlone(scope, put, quota)) return got
    const commit = { checks, puts: [put], deletes: [], quota }
    const judged = await told(
      () => world.model.commit(scope, commit),
      () => 'done',
    )
    return judged.replace(/, neededBytes \d+$/, '')
  }
  return {
    kind: 'write a stream',
    title: `write a stream to ${describeScope(scope)}: ${parts.join('; ')}`,
    expected: await answer(),
    got,
  }
}

/** Clears a scope. */
export const performClear: Perform<'clear'> = async ({ scope }, driver, world) => ({
  kind: 'clear',
  title: `clear ${describeScope(scope)}`,
  expected: await told(() => world.model.clear(scope), describeUsage),
  got: await world.ask(() => driver.clear(scope), describeUsage),
})

/** Sweeps, by the time of the driver or by a clock that is ahead of it or behind. */
export const performSweep: Perform<'sweep'> = async ({ aheadMs }, driver, world) => {
  const now = world.clock.now() + aheadMs
  const { surely, perhaps } = world.model.sweep(now)
  const [least, most] = [sumOf(surely), sumOf([...surely, ...perhaps])]
  const rightOf = (given: Usage): Usage => ({
    entries: Math.min(Math.max(given.entries, least.entries), most.entries),
    bytes: Math.min(Math.max(given.bytes, least.bytes), most.bytes),
  })
  let expected = describeUsage(least)
  const got = await world.ask(
    () => driver.sweep(now),
    (given) => {
      expected = describeUsage(rightOf(given))
      return describeUsage(given)
    },
  )
  return {
    kind: 'sweep',
    title: `sweep what expired until ${world.describe.time(now)}`,
    expected,
    got,
  }
}

function putOf(
  { store, key, value: plan, expiresInMs, contentType }: PlaceOfKey & WrittenEntry,
  world: ModelWorld,
): Put {
  const expiresAt = expiresInMs === null ? null : world.clock.now() + expiresInMs
  const version = world.nextVersion()
  const value = typeof plan === 'string' ? utf8(plan) : noise(plan.length, plan.seed)
  return { store, key, value, version, expiresAt, contentType }
}

function quotaOf(plan: QuotaPlan | null, neededBytes: number): Quota | null {
  return plan && { maxBytes: Math.max(0, neededBytes + plan.spareBytes) }
}

function versionOf(
  scope: Scope,
  key: StorageKey,
  wanted: WantedVersion,
  world: ModelWorld,
): Version | null {
  const current = world.model.find(scope, key)?.version ?? null
  switch (wanted) {
    case 'current':
      return current
    case 'absent':
      return null
    case 'former':
      return world.model.formerVersion(scope, key)
    case 'other case':
      return current && (current.toUpperCase() as Version)
    case 'unknown':
      return world.nextVersion()
  }
}

/** A body that uses one buffer for all its pieces. */
async function* bodyOf(
  value: Uint8Array,
  pieceBytes: number,
  fails: boolean,
): AsyncGenerator<Uint8Array, void> {
  const buffer = new Uint8Array(pieceBytes)
  for (let start = 0; start < value.length; start += pieceBytes) {
    const piece = value.subarray(start, start + pieceBytes)
    buffer.set(piece)
    yield buffer.subarray(0, piece.length)
    yield buffer.subarray(0, 0)
  }
  if (fails) throw new Error('The body has failed, as it was meant to.')
}

function isSame(left: Uint8Array, right: Uint8Array | undefined): boolean {
  return right !== undefined && Buffer.compare(left, right) === 0
}

function place({ store, key }: PlaceOfKey): string {
  return `${store} ${describeKey(key)}`
}

function describePut({ version, value, expiresAt, contentType }: Put, world: ModelWorld): string {
  const expiry = expiresAt === null ? '' : ` which expires ${world.describe.time(expiresAt)}`
  const type = contentType === null ? '' : ` of type ${describeKey(contentType)}`
  return `${version} (${describeBytes(value)}${type}${expiry})`
}
