export {
  type ConformanceCheck,
  type ConformanceSection,
  type Requirement,
  whySkipped,
} from './conformance-check.ts'
export { conformanceSections } from './conformance-sections.ts'
export { contractPromises, type PromiseNumber } from './contract-promises.ts'
export { CrashCheckFailure } from './crash/crash-check-failure.ts'
export type { Finding } from './crash/finding.ts'
export {
  type CrashCheckOptions,
  type CrashRun,
  formatCrashRun,
  runCrashCheck,
} from './crash/run-crash-check.ts'
export type { DriverModule } from './driver-module.ts'
export type { DriverUnderTest, StoreSetting, StoreUnderTest } from './driver-under-test.ts'
export { checkHistory, type KeyVerdict } from './linearizability/check-history.ts'
export {
  checkLinearizability,
  type CheckOptions,
  type Verdict,
  type Violation,
} from './linearizability/check-linearizability.ts'
export {
  type CompareAndSetInput,
  compareAndSetModel,
  type CompareAndSetOutput,
  type VersionedValue,
} from './linearizability/compare-and-set-model.ts'
export {
  type FailureKind,
  LinearizabilityFailure,
} from './linearizability/linearizability-failure.ts'
export type {
  LinearizabilityInProcess,
  LinearizabilityInProcesses,
  LinearizabilityOptions,
  LinearizabilityWorkload,
} from './linearizability/linearizability-options.ts'
export {
  type ListAppendInput,
  listAppendModel,
  type ListAppendOutput,
  type StoredList,
} from './linearizability/list-append-model.ts'
export type { MonotonicNs } from './linearizability/monotonic-now.ts'
export type { Completion, Invocation, Operation } from './linearizability/operation.ts'
export type { OutcomeCounts } from './linearizability/outcome-counts.ts'
export type { RecordedOperation } from './linearizability/recorded-operation.ts'
export {
  formatRun,
  type LinearizabilityRun,
  runLinearizability,
} from './linearizability/run-linearizability.ts'
export { parseHistory } from './linearizability/saved-history.ts'
export type { SequentialModel } from './linearizability/sequential-model.ts'
export { ModelCheckFailure, type ModelReplay } from './model/model-check-failure.ts'
export {
  formatModelCheck,
  type ModelCheckOptions,
  type ModelCheckRun,
  runModelCheck,
} from './model/run-model-check.ts'
export type { Mutant } from './mutants/mutant.ts'
export { mutants } from './mutants/mutants.ts'
export { runMutants } from './mutants/run-mutants.ts'
export { runCheck } from './run-check.ts'
export { runConformance } from './run-conformance.ts'
export type { PutOptions, ScopeHandle, ValueLike } from './scope-handle.ts'
export type { ScopeLike, TestBench } from './test-bench.ts'
export type { TestClock } from './test-clock.ts'
export type { Expect, TestFunction, TestRunner } from './test-runner.ts'
export { wrapSubject } from './wrap-subject.ts'
