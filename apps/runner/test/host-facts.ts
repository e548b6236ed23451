import { isHoldfastError } from '@holdfast/core'
import { createMemoryDriver } from '@holdfast/drivers-memory'
import { createHost, type HostFacts, type HostMode } from '@holdfast/host'

/** What a host says of a mode on this machine. */
export async function factsOf(mode: HostMode): Promise<HostFacts> {
  await using host = createHost({ driver: createMemoryDriver(), plugins: [], mode })
  return await host.prepare()
}

/** Whether this machine can run plugins in sandboxes. */
export async function canSandbox(): Promise<boolean> {
  try {
    await factsOf('sandbox')
    return true
  } catch (error) {
    if (isHoldfastError(error, 'SANDBOX_UNAVAILABLE')) return false
    throw error
  }
}
