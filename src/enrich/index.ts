/** enrich: a teacher model adds thoughts, analyses, other wordings, labels or answers to the rows of a data set. */
export { type EnrichedDataset, enrichDataset, type TeacherUsage } from './enrich-dataset.ts';
export { ENRICH_TASKS, type EnrichTask, TASKS } from './tasks.ts';
