export { createMemoryDriver, type MemoryDriverOptions } from './create-memory-driver.ts'
