import {
  type Check,
  entryBytes,
  type EpochMs,
  fitsQuota,
  quotaExceeded,
  type Scope,
  type StoreName,
  type Usage,
  versionMismatch,
} from '@holdfast/core'
import type { CommitStatements, Difference, ScopeIds, StoredRow } from './commit-statements.ts'
import type { Job } from './writer-protocol.ts'

/** Rows that one sweep removes before other writers have their turn. */
const sweepBatch = 500

/**
 * Does one job inside an open transaction. If it throws, the caller takes back what it did.
 *
 * @returns what was removed, where the job removes
 */
export function runJob(statements: CommitStatements, job: Job): Usage {
  switch (job.kind) {
    case 'commit':
      return applyCommit(statements, job)
    case 'clear':
      return clear(statements, job.scope, job.now)
    case 'sweep':
      return sweep(statements, job.now)
  }
}

type CommitJob = Extract<Job, { kind: 'commit' }>

function applyCommit(statements: CommitStatements, job: CommitJob): Usage {
  const { commit, now } = job
  const scopes = statements.scopeIds(job.target)
  for (const check of commit.checks) verify(statements, scopes, check, now)

  const quota = commit.quota
  const before = quota === null ? 0 : liveBytes(statements, scopes, now)
  const change = new Change()
  for (const put of commit.puts) {
    const scope = scopes[put.store]
    const bytes = entryBytes(put.key, put.value.byteLength)
    const stored = statements.find(scope, put.key)
    if (stored === undefined) statements.insert(scope, put, bytes, now)
    else statements.update(stored.rowId, put, bytes, isLive(stored, now) ? null : now, now)
    change.record(put.store, stored, now, { bytes, expiresAt: put.expiresAt })
  }
  for (const { store, key } of commit.deletes) {
    const stored = statements.find(scopes[store], key)
    if (stored === undefined) continue
    statements.delete(stored.rowId)
    change.record(store, stored, now, undefined)
  }
  const after = before + change.liveBytes
  if (quota !== null && !fitsQuota(quota, before, after)) throw quotaExceeded(quota, after)
  statements.count(scopes.storage, change.storage)
  statements.count(scopes.persistent_store, change.persistent_store)
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

function clear(statements: CommitStatements, scope: Scope, now: EpochMs): Usage {
  const id = statements.scopeIds(scope)[scope.store]
  const removed = statements.live(id, now)
  statements.clear(id)
  return removed
}

function sweep(statements: CommitStatements, now: EpochMs): Usage {
  const rows = statements.expired(now, sweepBatch)
  for (const { rowId, scope, bytes } of rows) {
    statements.delete(rowId)
    statements.count(scope, { entries: -1, bytes: -bytes })
  }
  return { entries: rows.length, bytes: rows.reduce((sum, { bytes }) => sum + bytes, 0) }
}
