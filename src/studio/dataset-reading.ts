/** How rows become tokens, as the page asks for it, placed on this machine. */
import { HubError } from '../core/index.ts';
import type { ReadingPlace } from './data-desk-text.ts';
import { isStarterHere } from './models-here.ts';
import { placeModel } from './run-settings.ts';
import type { Reading } from './wire/index.ts';
import type { Workspace } from './workspace.ts';

/** @throws HubError when the model would have to be fetched first, ConfigError when it lies outside of all folders */
export function placeReading({ model, template, cutoff_len }: Reading, workspace: Workspace): ReadingPlace {
  return {
    model: modelHere(model, workspace),
    template: template || undefined,
    cutoffLen: cutoff_len,
  };
}

/** A model that needs no fetching. @throws as above */
export function modelHere(model: string, workspace: Workspace): string {
  if (model.startsWith('starter:') && !isStarterHere(model)) {
    throw new HubError({
      en: `${model}: is not on this machine yet; fetch it on the page of models`,
      zh: `${model}：尚未下载到本机；请在模型页下载`,
    });
  }
  return placeModel(model, workspace);
}
