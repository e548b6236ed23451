/** Consecutive ids that belong to no account. */
export interface UserRange {
  readonly first: number
  readonly count: number
}

/** From here to 2^31 systemd, which has a use for most ids, has none. */
const unusedByAll: UserRange = { first: 1_879_048_192, count: 65_536 }

/** Within the ids that a container usually has; systemd gives them to passing users of its own. */
const forPassingUsers: UserRange = { first: 61_184, count: 4_336 }

/**
 * Ranges to take users for plugins from, the best first.
 *
 * @param seed sets two hosts of one machine apart, so that neither's plugins reach the other's
 */
export function userRanges(seed: number): readonly UserRange[] {
  const { first, count } = unusedByAll
  return [{ first: first + (seed % 4_000) * count, count }, forPassingUsers]
}

/**
 * What makes of `setpriv`, started by root, a user of its own without groups and capabilities.
 *
 * @param readsAll whether it keeps the one to read and pass whatever is closed to it
 */
export function userArguments(
  { first, count }: UserRange,
  slot: number,
  readsAll = false,
): readonly string[] {
  const id = String(first + (slot % count))
  const kept = readsAll ? '-all,+dac_read_search' : '-all'
  return [
    '--reuid',
    id,
    '--regid',
    id,
    '--clear-groups',
    `--bounding-set=${kept}`,
    `--inh-caps=${kept}`,
    `--ambient-caps=${kept}`,
  ]
}
