import {
  type Check,
  entryBytes,
  type EpochMs,
  fitsQuota,
  HoldfastError,
  quotaExceeded,
  type Scope,
  type StoreName,
  type Usage,
  versionMismatch,
} from '@holdfast/core'
import type {
  CommitStatements,
  Difference,
  ExpiredRow,
  ScopeIds,
  StoredRow,
} from './commit-statements.ts'
import type { StreamStatements } from './stream-statements.ts'
import type { Job, JobOutcome } from './writer-protocol.ts'

/** Rows that one sweep removes before other writers have their turn. */
const sweepBatch = 500

/** Rows of each store that a commit removes on its way, if they have expired. */
const sweptWithCommit = 20

/** What a job works with. */
export interface Statements {
  readonly entries: CommitStatements
  readonly streams: StreamStatements
}

/** Does one job inside an open transaction. If it throws, the caller takes back what it did. */
export function runJob(statements: Statements, job: Job): JobOutcome {
  const removed = runByKind(statements, job)
  const hasOrphans = statements.streams.takeOrphaned()
  return {
    removed,
    hasOrphans: hasOrphans || (job.kind === 'reclaim' && removed.entries > 0),
    ...(job.kind === 'chunk' ? { spent: job.bytes } : {}),
  }
}

function runByKind(statements: Statements, job: Job): Usage {
  const { streams } = statements
  switch (job.kind) {
    case 'commit':
      return applyCommit(statements, job)
    case 'clear':
      return clear(statements, job.scope, job.now ?? Date.now())
    case 'sweep':
      return sweep(statements, job.now)
    case 'chunk':
      if (job.position === 0) streams.begin(job.stream, job.leaseUntil)
      else mustBeUpload(streams.renew(job.stream, job.leaseUntil))
      streams.addChunk(job.stream, job.position, job.bytes)
      return nothing
    case 'renew':
      mustBeUpload(streams.renew(job.stream, job.leaseUntil))
      return nothing
    case 'abandon':
      streams.abandon(job.stream)
      return nothing
    case 'reclaim':
      return streams.reclaim() ? { entries: 1, bytes: 0 } : nothing
  }
}

/** The lease of an upload ends when its writer was not heard of for so long that it seems dead. */
function mustBeUpload(isUpload: boolean): void {
  if (isUpload) return
  throw new HoldfastError(
    'UPLOAD_EXPIRED',
    'The upload was taken for dead and removed, because its writer was not heard of for too long. The old value is as it was. Upload again.',
    { operation: 'driver.writeStream' },
  )
}

type CommitJob = Extract<Job, { kind: 'commit' }>

function applyCommit(statements: Statements, job: CommitJob): Usage {
  const { entries, streams } = statements
  const { commit } = job
  const now = job.now ?? Date.now()
  const scopes = entries.scopeIds(job.target)
  for (const check of commit.checks) verify(entries, scopes, check, now)
  // So that what expires does not fill the disk between two sweeps.
  for (const scope of Object.values(scopes)) {
    removeExpired(statements, entries.expiredIn(scope, now, sweptWithCommit))
  }

  const quota = commit.quota
  const before = quota === null ? 0 : liveBytes(entries, scopes, now)
  const change = new Change()
  for (const put of commit.puts) {
    const scope = scopes[put.store]
    const bytes = entryBytes(put.key, put.stream?.size ?? put.value.byteLength)
    const stored = entries.find(scope, put.key)
    if (stored === undefined) entries.insert(scope, put, bytes, now)
    else entries.update(stored.rowId, put, bytes, isLive(stored, now) ? null : now, now)
    if (put.stream !== undefined) mustBeUpload(streams.adopt(put.stream.id))
    if (typeof stored?.stream === 'string') streams.orphan(stored.stream)
    change.record(put.store, stored, now, { bytes, expiresAt: put.expiresAt })
  }
  for (const { store, key } of commit.deletes) {
    const stored = entries.find(scopes[store], key)
    if (stored === undefined) continue
    entries.delete(stored.rowId)
    if (stored.stream !== null) streams.orphan(stored.stream)
    change.record(store, stored, now, undefined)
  }
  const after = before + change.liveBytes
  if (quota !== null && !fitsQuota(quota, before, after)) throw quotaExceeded(quota, after)
  entries.count(scopes.storage, change.storage)
  entries.count(scopes.persistent_store, change.persistent_store)
  return nothing
}

const nothing: Usage = { entries: 0, bytes: 0 }

/** What a commit does to the counters of both stores, and to what a quota is held against. */
class Change implements Readonly<Record<StoreName, Difference>> {
  readonly storage: Difference = { entries: 0, bytes: 0 }
  readonly persistent_store: Difference = { entries: 0, bytes: 0 }
  liveBytes = 0

  record(
    store: StoreName,
    old: StoredRow | undefined,
    now: EpochMs,
    next: { readonly bytes: number; readonly expiresAt: EpochMs | null } | undefined,
  ): void {
    const difference = this[store]
    difference.entries += (next === undefined ? 0 : 1) - (old === undefined ? 0 : 1)
    difference.bytes += (next?.bytes ?? 0) - (old?.bytes ?? 0)
    if (next !== undefined && isLive(next, now)) this.liveBytes += next.bytes
    if (old !== undefined && isLive(old, now)) this.liveBytes -= old.bytes
  }
}

function verify(statements: CommitStatements, scopes: ScopeIds, check: Check, now: EpochMs): void {
  const stored = statements.find(scopes[check.store], check.key)
  const current = stored !== undefined && isLive(stored, now) ? stored.version : null
  if (current !== check.version) throw versionMismatch(check, current)
}

function liveBytes(statements: CommitStatements, scopes: ScopeIds, now: EpochMs): number {
  return (
    statements.live(scopes.storage, now).bytes + statements.live(scopes.persistent_store, now).bytes
  )
}

function isLive(row: { readonly expiresAt: EpochMs | null }, now: EpochMs): boolean {
  return row.expiresAt === null || row.expiresAt > now
}

function clear({ entries, streams }: Statements, scope: Scope, now: EpochMs): Usage {
  const id = entries.scopeIds(scope)[scope.store]
  const removed = entries.live(id, now)
  streams.orphanScope(id)
  entries.clear(id)
  return removed
}

function sweep(statements: Statements, now: EpochMs): Usage {
  statements.streams.orphanExpired(now)
  return removeExpired(statements, statements.entries.expired(now, sweepBatch))
}

function removeExpired({ entries, streams }: Statements, rows: readonly ExpiredRow[]): Usage {
  for (const { rowId, scope, bytes, stream } of rows) {
    entries.delete(rowId)
    if (stream !== null) streams.orphan(stream)
    entries.count(scope, { entries: -1, bytes: -bytes })
  }
  return { entries: rows.length, bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0) }
}
