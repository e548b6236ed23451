import { cancellationChecks } from './checks/cancellation-checks.ts'
import { capabilitiesChecks } from './checks/capabilities-checks.ts'
import { clearChecks } from './checks/clear-checks.ts'
import { commitChecks } from './checks/commit-checks.ts'
import { compareAndSetChecks } from './checks/compare-and-set-checks.ts'
import { downloadChecks } from './checks/download-checks.ts'
import { downloadEndChecks } from './checks/download-end-checks.ts'
import { durabilityChecks } from './checks/durability-checks.ts'
import { entriesChecks } from './checks/entries-checks.ts'
import { errorsChecks } from './checks/errors-checks.ts'
import { expiryChecks } from './checks/expiry-checks.ts'
import { getChecks } from './checks/get-checks.ts'
import { holdUpChecks } from './checks/hold-up-checks.ts'
import { keysChecks } from './checks/keys-checks.ts'
import { lifecycleChecks } from './checks/lifecycle-checks.ts'
import { listChecks } from './checks/list-checks.ts'
import { outageChecks } from './checks/outage-checks.ts'
import { pagingChecks } from './checks/paging-checks.ts'
import { quotaChecks } from './checks/quota-checks.ts'
import { scopesChecks } from './checks/scopes-checks.ts'
import { streamTrafficChecks } from './checks/stream-traffic-checks.ts'
import { streamValueChecks } from './checks/stream-value-checks.ts'
import { sweepChecks } from './checks/sweep-checks.ts'
import { uploadChecks } from './checks/upload-checks.ts'
import { uploadEndChecks } from './checks/upload-end-checks.ts'
import { usageChecks } from './checks/usage-checks.ts'
import { valuesChecks } from './checks/values-checks.ts'
import { watchEndChecks } from './checks/watch-end-checks.ts'
import { watchingChecks } from './checks/watching-checks.ts'
import type { ConformanceSection } from './conformance-check.ts'

/** All checks, section by section in the order of docs/storage-contract.md. */
export const conformanceSections: readonly ConformanceSection[] = [
  { title: 'keys', checks: keysChecks },
  { title: 'values', checks: valuesChecks },
  { title: 'entries', checks: entriesChecks },
  { title: 'scopes', checks: scopesChecks },
  { title: 'get', checks: [...getChecks, ...outageChecks] },
  { title: 'commit', checks: commitChecks },
  { title: 'compare-and-set', checks: compareAndSetChecks },
  { title: 'usage', checks: usageChecks },
  { title: 'quota', checks: quotaChecks },
  { title: 'list', checks: listChecks },
  { title: 'paging', checks: pagingChecks },
  { title: 'clear', checks: clearChecks },
  { title: 'expiry', checks: expiryChecks },
  { title: 'sweep', checks: sweepChecks },
  { title: 'lifecycle', checks: lifecycleChecks },
  { title: 'durability', checks: durabilityChecks },
  { title: 'cancellation', checks: [...cancellationChecks, ...holdUpChecks] },
  { title: 'errors', checks: errorsChecks },
  { title: 'capabilities', checks: capabilitiesChecks },
  {
    title: 'streams',
    checks: [
      ...streamValueChecks,
      ...uploadChecks,
      ...uploadEndChecks,
      ...downloadChecks,
      ...downloadEndChecks,
      ...streamTrafficChecks,
    ],
  },
  { title: 'watching', checks: [...watchingChecks, ...watchEndChecks] },
]
