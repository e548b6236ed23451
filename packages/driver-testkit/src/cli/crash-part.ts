import { CrashCheckFailure } from '../crash/crash-check-failure.ts'
import { formatCrashRun, runCrashCheck } from '../crash/run-crash-check.ts'
import { survivesClose } from '../requirements.ts'
import type { TestPart } from './test-part.ts'
import { locationOf, useStore } from './use-store.ts'

const kills = { quick: 8, usual: 40, full: 400 }

/** The crash check of `runCrashCheck`. */
export const crashPart: TestPart = ({ driver, module, whyNotElsewhere }, { effort }) => [
  {
    id: 'crash.kill',
    title: `What was acknowledged survives kill -9, ${kills[effort]} times, whole and counted.`,
    promises: ['16.1', '16.2', '2.6', '6.1', '8.2'],
    skipped: survivesClose.isMetBy(driver) ? whyNotElsewhere : survivesClose.otherwise,
    timeoutMs: 60_000 + kills[effort] * 5_000,
    run: ({ seed, failureFolder, signal }) =>
      useStore(driver, async (store) => {
        const location = locationOf(store)
        const options = { driverModule: module, location, kills: kills[effort] }
        const run = await runCrashCheck({ ...options, seed, failureFolder, signal })
        return formatCrashRun(run)
      }),
    judge(error) {
      const findings = error instanceof CrashCheckFailure ? error.findings : []
      return { promises: [...new Set(findings.map(({ promise }) => promise))] }
    },
  },
]
