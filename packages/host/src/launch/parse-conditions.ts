import { parseArgs } from 'node:util'

/**
 * Reads the conditions (`--conditions`, `-C`) that a Node.js was started with, so that a plugin's
 * process resolves packages as the host does.
 *
 * @param execArgv as `process.execArgv` has it
 * @param nodeOptions the variable `NODE_OPTIONS`
 */
export function parseConditions(
  execArgv: readonly string[],
  nodeOptions: string,
): readonly string[] {
  const { values } = parseArgs({
    args: [...nodeOptions.split(/\s+/), ...execArgv],
    options: { conditions: { type: 'string', short: 'C', multiple: true } },
    strict: false,
  })
  const { conditions } = values
  if (!Array.isArray(conditions)) return []
  return [...new Set(conditions.filter((condition) => typeof condition === 'string'))]
}
