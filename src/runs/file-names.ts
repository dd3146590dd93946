/** Files of a run directory that other rooms write, and that whoever shows a run looks for. */

/** Rows that were left out or cut. */
export const FINDINGS_FILE = 'findings.jsonl';
export const LOSS_PICTURE = 'training_loss.png';
export const PREDICTIONS_FILE = 'generated_predictions.jsonl';
