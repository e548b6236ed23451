import { getChecks } from './checks/get-checks.ts'
import type { ConformanceSection } from './conformance-check.ts'

/** All checks, in the order of docs/storage-contract.md. */
export const conformanceSections: readonly ConformanceSection[] = [
  { title: 'get', checks: getChecks },
]
