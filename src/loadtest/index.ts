/** loadtest: presses an endpoint as ApacheBench does, or at a fixed rate, and plans capacity. Knows no models. */
export { formatAbReport } from './ab-report.ts';
export { type CapacityPlan, planCapacity } from './capacity.ts';
export { percentilesCsv } from './csv.ts';
export { type Deployment, type ModelSource, memoryLimit, type PackageSource } from './deploy/deployment.ts';
export { writeDeployment } from './deploy/write-deployment.ts';
export { formatCapacity, formatFindings } from './findings-report.ts';
export type { LoadProgress } from './measure.ts';
export type { AnswerFormat, Load, LoadTestOrder, PreparedRequest } from './order.ts';
export { parseRamp } from './ramp.ts';
export { readLoadTestResult } from './read-result.ts';
export type { LoadTestResult, Measurement } from './result.ts';
export { answerFormatOf, rowRequests } from './row-requests.ts';
export { runLoadTest } from './run-load-test.ts';
export { formatServiceLevel, holdsLevel, parseServiceLevel, type ServiceLevel } from './service-level.ts';
