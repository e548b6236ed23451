import {
  type Commit,
  type HoldfastError,
  mintVersion,
  type PluginScope,
  type StorageDriver,
  versionMismatch,
} from '@holdfast/core'

/** A driver, watched and disturbed. */
export interface RacingDriver extends StorageDriver {
  readonly commits: readonly Commit[]
}

/**
 * Lets another process be faster before some of the commits with a check.
 *
 * @param loses whether the commit of that number, from 0, loses its race
 */
export function racing(driver: StorageDriver, loses: (count: number) => boolean): RacingDriver {
  const commits: Commit[] = []
  const commit = async (target: PluginScope, wanted: Commit): Promise<void> => {
    commits.push(wanted)
    const [check] = wanted.checks
    if (check !== undefined && loses(commits.length - 1)) throw lost(check)
    await driver.commit(target, wanted)
  }
  return new Proxy(driver, {
    get(target, name) {
      if (name === 'commit') return commit
      if (name === 'commits') return commits
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  }) as RacingDriver
}

function lost(check: Commit['checks'][number]): HoldfastError {
  return versionMismatch(check, mintVersion())
}
