import { mutants, runMutants } from '@holdfast/driver-testkit'
import { describe, test } from 'vitest'
import { fileSubject } from './file-subject.ts'

// What a mutant does wrong with a watch is mostly that nothing comes.
runMutants({ ...fileSubject, patienceMs: 500 }, { describe, test }, mutants)
