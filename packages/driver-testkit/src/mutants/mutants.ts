import { cancellationMutants } from './cancellation-mutants.ts'
import { capabilityMutants } from './capability-mutants.ts'
import { clearMutants } from './clear-mutants.ts'
import { commitMutants } from './commit-mutants.ts'
import { compareAndSetMutants } from './compare-and-set-mutants.ts'
import { downloadEndMutants } from './download-end-mutants.ts'
import { downloadMutants } from './download-mutants.ts'
import { durabilityMutants } from './durability-mutants.ts'
import { entryMutants } from './entry-mutants.ts'
import { errorMutants } from './error-mutants.ts'
import { expiryMutants } from './expiry-mutants.ts'
import { getMutants } from './get-mutants.ts'
import { keyMutants } from './key-mutants.ts'
import { lifecycleMutants } from './lifecycle-mutants.ts'
import { listMutants } from './list-mutants.ts'
import type { Mutant } from './mutant.ts'
import { pagingMutants } from './paging-mutants.ts'
import { quotaMutants } from './quota-mutants.ts'
import { scopeMutants } from './scope-mutants.ts'
import { streamTrafficMutants } from './stream-traffic-mutants.ts'
import { streamValueMutants } from './stream-value-mutants.ts'
import { sweepMutants } from './sweep-mutants.ts'
import { uploadEndMutants } from './upload-end-mutants.ts'
import { uploadMutants } from './upload-mutants.ts'
import { usageMutants } from './usage-mutants.ts'
import { valueMutants } from './value-mutants.ts'
import { watchEndMutants } from './watch-end-mutants.ts'
import { watchingMutants } from './watching-mutants.ts'

/** All mutants, section by section of the checks that catch them. */
export const mutants: readonly Mutant[] = [
  ...keyMutants,
  ...valueMutants,
  ...entryMutants,
  ...scopeMutants,
  ...getMutants,
  ...commitMutants,
  ...compareAndSetMutants,
  ...usageMutants,
  ...quotaMutants,
  ...listMutants,
  ...pagingMutants,
  ...clearMutants,
  ...expiryMutants,
  ...sweepMutants,
  ...lifecycleMutants,
  ...durabilityMutants,
  ...cancellationMutants,
  ...errorMutants,
  ...capabilityMutants,
  ...streamValueMutants,
  ...uploadMutants,
  ...uploadEndMutants,
  ...downloadMutants,
  ...downloadEndMutants,
  ...streamTrafficMutants,
  ...watchingMutants,
  ...watchEndMutants,
]
