/** train: adapts a model to rows; tells events and leaves files, and knows no terminal, page or queue. */
export { estimateTraining, type TrainingEstimate } from './estimate.ts';
export { evaluate } from './evaluate.ts';
export { type MethodNeed, methodNeeds } from './method-needs.ts';
export { ASSUMED, type ModelNeed, modelNeeds } from './model-needs.ts';
export { openRunSession, type RunSession } from './session.ts';
export { train } from './train.ts';
