import { HoldfastError, type JsonValue, persistent_store } from '@holdfast/session'
import { Lease } from './lease.ts'

/** `hit`: it was there. `miss`: this call computed it. `shared`: another did while this one waited. */
export type Origin = 'hit' | 'miss' | 'shared'

/** A value, and where it came from. */
export interface Flight<Value> {
  readonly origin: Origin
  readonly value: Value
}

/** How a value is found or made. */
export interface FlightPlan<Value> {
  /** Key in `persistent_store`. */
  readonly key: string
  /** How long the value is good for, in milliseconds. */
  readonly ttlMs: number
  readonly compute: () => Promise<Value>
}

type Slot<Value> =
  | { readonly state: 'computing' }
  | { readonly state: 'done'; readonly value: Value }

/**
 * Gives the value of a key, computing it only if it is not there: however many callers there are, in
 * however many processes, one computes and the others wait for it. If it fails or is killed, the
 * next of them computes. A failure is not kept.
 */
export async function singleFlight<Value extends JsonValue>(
  plan: FlightPlan<Value>,
): Promise<Flight<Value>> {
  let origin: Origin = 'hit'
  for await (const [slot] of persistent_store.watch<Slot<Value>>([plan.key])) {
    if (slot?.value.state === 'done') return { origin, value: slot.value.value }
    const lease = slot === undefined ? await Lease.take(plan.key) : undefined
    if (lease !== undefined) return { origin: 'miss', value: await computeUnder(lease, plan) }
    origin = 'shared'
  }
  throw new HoldfastError('ABORTED', 'Nobody waits for the value any more.')
}

async function computeUnder<Value extends JsonValue>(
  lease: Lease,
  { compute, ttlMs }: FlightPlan<Value>,
): Promise<Value> {
  try {
    const value = await compute()
    await lease.keep(value, ttlMs)
    return value
  } catch (error) {
    await lease.release()
    throw error
  }
}
