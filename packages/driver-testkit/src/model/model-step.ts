import type { StorageDriver } from '@holdfast/core'
import type { ModelAction } from './model-command.ts'
import type { ModelWorld } from './model-world.ts'

/** What was done, what the model has answered, and what the driver has. */
export interface ModelStep {
  readonly kind: ModelAction['kind']
  /** The call, with all that it was given. */
  readonly title: string
  readonly expected: string
  readonly got: string
}

/** Does the same with a driver and with the model. `null` where there is nothing to do. */
export type Perform<Kind extends ModelAction['kind']> = (
  action: Extract<ModelAction, { readonly kind: Kind }>,
  driver: StorageDriver,
  world: ModelWorld,
) => Promise<ModelStep | null>
