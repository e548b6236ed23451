export { errorOutcomes, type ErrorOutcome, exitCodes } from './error-outcomes.ts'
export { type ProblemDetails, toProblem } from './problem-details.ts'
