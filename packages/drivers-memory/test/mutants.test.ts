import { mutants, runMutants } from '@holdfast/driver-testkit'
import { describe, test } from 'vitest'
import { memorySubject } from './memory-subject.ts'

// What a mutant does wrong with a watch is mostly that nothing comes.
runMutants({ ...memorySubject, patienceMs: 200 }, { describe, test }, mutants)
